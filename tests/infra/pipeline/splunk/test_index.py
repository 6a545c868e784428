"""An index as a resource, on Splunk's management API over verified TLS."""

import pytest

from infra.pipeline.splunk.client import INDEXES, SplunkAccess
from infra.pipeline.splunk.index import IndexProvider
from infra.tls.certificates import make_authority
from tests.infra.pipeline.conftest import Splunk


def test_an_index_is_made_watched_changed_and_removed(splunk: Splunk) -> None:
    provider = IndexProvider()
    inputs = {**splunk.access, "name": "flows", "max_total_mb": 100, "frozen_seconds": 86400}
    made = provider.create(inputs)
    outs = made.outs or {}
    assert not provider.diff(made.id, provider.read(made.id, outs).outs or {}, inputs).changes

    client = SplunkAccess.model_validate(splunk.access).client()
    client.update(INDEXES, "flows", {"maxTotalDataSizeMB": "7"})
    drifted = provider.read(made.id, outs).outs or {}
    assert provider.diff(made.id, drifted, inputs).changes
    provider.update(made.id, drifted, inputs)
    assert (client.get(INDEXES, "flows") or {})["maxTotalDataSizeMB"] == 100

    client.delete(INDEXES, "flows")
    assert provider.read(made.id, outs).id == ""
    provider.create(inputs)
    provider.create(inputs)
    provider.delete(made.id, outs)
    assert client.get(INDEXES, "flows") is None
    provider.delete(made.id, outs)


def test_another_name_is_another_index(splunk: Splunk) -> None:
    inputs = {**splunk.access, "name": "flows", "max_total_mb": 100, "frozen_seconds": 86400}
    assert IndexProvider().diff("flows", inputs, {**inputs, "name": "other"}).replaces == ["name"]


def test_a_wrong_password_is_told_without_the_password(splunk: Splunk) -> None:
    inputs = {
        **splunk.access,
        "password": "not this one",
        "name": "flows",
        "max_total_mb": 1,
        "frozen_seconds": 1,
    }
    with pytest.raises(Exception, match=r"refused the user \(HTTP 401\)") as error:
        IndexProvider().create(inputs)
    assert "not this one" not in str(error.value)


def test_a_server_with_anothers_certificate_is_not_talked_to(splunk: Splunk) -> None:
    other = make_authority("another lab", 1).certificate
    inputs = {
        **splunk.access,
        "ca_certificate": other,
        "name": "flows",
        "max_total_mb": 1,
        "frozen_seconds": 1,
    }
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        IndexProvider().create(inputs)


def test_a_server_that_is_down_is_no_drift(splunk: Splunk, free_port: int) -> None:
    inputs = {
        **splunk.access,
        "url": f"https://127.0.0.1:{free_port}",
        "name": "flows",
        "max_total_mb": 1,
        "frozen_seconds": 1,
    }
    assert IndexProvider().read("flows", inputs).outs == inputs
