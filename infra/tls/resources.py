"""CA and leaf certificates as resources: kept in the state, keys encrypted, renewed before they expire."""

from collections.abc import Sequence
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource
from pydantic import Field

from infra.provider import Inputs, StateProvider
from infra.tls.certificates import KeyPair, days_left, make_authority, make_leaf

AUTHORITY_DAYS: Final = 3650
LEAF_DAYS: Final = 397
"""What public CAs were allowed until March 2026 (CA/Browser Forum, BR 6.3.2); less binds no private one."""
RENEW_DAYS: Final = 60
"""A leaf with fewer days left is renewed by the next `pulumi up`."""


class AuthorityInputs(Inputs):
    """A CA's common name, its validity, and how early it is renewed (days)."""

    common_name: str
    days: int = Field(ge=1)
    renew_days: int = Field(ge=0)


class AuthorityProvider(StateProvider[AuthorityInputs]):
    """Makes CAs."""

    inputs = AuthorityInputs

    def outdated(self, facts: dict[str, Any]) -> bool:
        """Whether the certificate expires soon."""
        return days_left(str(facts["certificate"])) < float(facts["renew_days"])

    def issue(self, wanted: AuthorityInputs) -> dict[str, Any]:
        """Make key and certificate."""
        pair = make_authority(wanted.common_name, wanted.days)
        return {"certificate": pair.certificate, "private_key": pair.private_key}


class LeafInputs(Inputs):
    """A leaf's common name, hosts and validity, and the CA that signs it."""

    common_name: str
    hosts: list[str]
    days: int = Field(ge=1)
    renew_days: int = Field(ge=0)
    authority_certificate: str
    authority_private_key: str


class LeafProvider(StateProvider[LeafInputs]):
    """Makes leaf certificates."""

    inputs = LeafInputs

    def outdated(self, facts: dict[str, Any]) -> bool:
        """Whether the certificate expires soon."""
        return days_left(str(facts["certificate"])) < float(facts["renew_days"])

    def issue(self, wanted: LeafInputs) -> dict[str, Any]:
        """Make key and certificate."""
        authority = KeyPair(wanted.authority_certificate, wanted.authority_private_key)
        pair = make_leaf(authority, wanted.common_name, wanted.hosts, wanted.days)
        return {"certificate": pair.certificate, "private_key": pair.private_key}


class CertificateAuthority(Resource, module="lab", name="CertificateAuthority"):
    """The private CA of one lab. `certificate` is what clients verify against; `private_key` is a secret."""

    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        common_name: str,
        *,
        days: int = AUTHORITY_DAYS,
        renew_days: int = LEAF_DAYS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "common_name": common_name,
            "days": days,
            "renew_days": renew_days,
            "certificate": None,
            "private_key": None,
        }
        super().__init__(AuthorityProvider(), name, props, _secret_key(opts))


class LeafCertificate(Resource, module="lab", name="LeafCertificate"):
    """A certificate for `hosts`, signed by the lab's CA. `private_key` is a secret."""

    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        authority: CertificateAuthority,
        hosts: Sequence[str],
        *,
        days: int = LEAF_DAYS,
        renew_days: int = RENEW_DAYS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "common_name": hosts[0],
            "hosts": list(hosts),
            "days": days,
            "renew_days": renew_days,
            "authority_certificate": authority.certificate,
            "authority_private_key": authority.private_key,
            "certificate": None,
            "private_key": None,
        }
        super().__init__(LeafProvider(), name, props, _secret_key(opts))


def _secret_key(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(additional_secret_outputs=["private_key", "authority_private_key"])
    )
