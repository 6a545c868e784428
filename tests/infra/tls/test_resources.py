"""Certificates as resources: kept while they are good, renewed before they expire."""

from infra.tls.certificates import days_left
from infra.tls.resources import AuthorityProvider, LeafProvider

AUTHORITY = {"common_name": "lab", "days": 3650, "renew_days": 397}


def leaf_inputs(authority: dict[str, str], **more: object) -> dict[str, object]:
    return {
        "common_name": "splunk",
        "hosts": ["localhost"],
        "days": 397,
        "renew_days": 60,
        "authority_certificate": authority["certificate"],
        "authority_private_key": authority["private_key"],
        **more,
    }


def test_certificates_stay_while_they_are_good() -> None:
    ca = AuthorityProvider().create(AUTHORITY).outs or {}
    assert not AuthorityProvider().diff("", ca, AUTHORITY).changes
    inputs = leaf_inputs(ca)
    leaf = LeafProvider().create(inputs).outs or {}
    assert not LeafProvider().diff("", leaf, inputs).changes
    assert LeafProvider().read("", leaf).outs == leaf


def test_a_leaf_is_renewed_before_it_expires() -> None:
    ca = AuthorityProvider().create(AUTHORITY).outs or {}
    ending = LeafProvider().create(leaf_inputs(ca, days=59)).outs or {}
    wanted = leaf_inputs(ca, days=59)
    assert LeafProvider().diff("", ending, wanted).changes
    renewed = LeafProvider().update("", ending, leaf_inputs(ca)).outs or {}
    assert days_left(renewed["certificate"]) > 390
    assert renewed["private_key"] != ending["private_key"]


def test_another_host_or_another_ca_means_another_certificate() -> None:
    ca = AuthorityProvider().create(AUTHORITY).outs or {}
    inputs = leaf_inputs(ca)
    leaf = LeafProvider().create(inputs).outs or {}
    assert LeafProvider().diff("", leaf, {**inputs, "hosts": ["localhost", "splunk"]}).changes
    other = AuthorityProvider().create(AUTHORITY).outs or {}
    assert LeafProvider().diff("", leaf, leaf_inputs(other)).changes
