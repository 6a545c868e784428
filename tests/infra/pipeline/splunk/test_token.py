"""A HEC token as a resource: made by Splunk, kept by Pulumi, watched."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.pipeline import http
from infra.pipeline.splunk.client import HEC_TOKENS, INDEXES, SplunkAccess
from infra.pipeline.splunk.token import TokenProvider
from tests.infra.pipeline.conftest import Splunk


@pytest.fixture
def inputs(splunk: Splunk) -> Iterator[dict[str, Any]]:
    client = SplunkAccess.model_validate(splunk.access).client()
    client.create(INDEXES, "flows", {})
    yield {**splunk.access, "name": "flow-attribution", "index": "flows", "use_ack": True}
    client.delete(HEC_TOKENS, "flow-attribution")
    client.delete(INDEXES, "flows")


def send(splunk: Splunk, token: str) -> httpx.Response:
    """Send an event as a HEC client with acknowledgement does."""
    with http.client(splunk.hec_url, splunk.access["ca_certificate"]) as client:
        return client.post(
            "/services/collector/event",
            json={"event": "an event"},
            headers={"Authorization": f"Splunk {token}", "X-Splunk-Request-Channel": "a" * 32},
        )


def test_a_token_opens_the_collector_until_it_is_removed(splunk: Splunk, inputs: dict[str, Any]) -> None:
    provider = TokenProvider()
    made = provider.create(inputs)
    outs = made.outs or {}
    assert not provider.diff(made.id, provider.read(made.id, outs).outs or {}, inputs).changes
    answer = send(splunk, outs["value"])
    assert answer.status_code == 200
    assert "ackId" in answer.json()
    assert (provider.create(inputs).outs or {})["value"] == outs["value"], "an interrupted up takes it over"

    provider.delete(made.id, outs)
    assert send(splunk, outs["value"]).status_code == 403
    assert provider.read(made.id, outs).id == ""
    provider.delete(made.id, outs)


def test_a_token_that_was_changed_by_hand_is_put_right(splunk: Splunk, inputs: dict[str, Any]) -> None:
    provider = TokenProvider()
    made = provider.create(inputs)
    client = SplunkAccess.model_validate(splunk.access).client()
    for change in ({"useACK": "0"}, {"disabled": "1"}):
        client.update(HEC_TOKENS, "flow-attribution", change)
        drifted = provider.read(made.id, made.outs or {}).outs or {}
        assert provider.diff(made.id, drifted, inputs).changes, change
        provider.update(made.id, drifted, inputs)
        assert "ackId" in send(splunk, (made.outs or {})["value"]).json()


def test_a_value_that_was_chosen_is_the_token_s_and_is_put_right(
    splunk: Splunk, inputs: dict[str, Any]
) -> None:
    provider = TokenProvider()
    made = provider.create(inputs)
    chosen = {**inputs, "chosen": "0c2f8a9e-6a55-4b1d-9d0e-2f1c8e7b6a54"}
    now = provider.read(made.id, made.outs or {}).outs or {}
    assert provider.diff(made.id, now, chosen).changes
    given = provider.update(made.id, now, chosen).outs or {}
    assert given["value"] == chosen["chosen"]
    assert send(splunk, chosen["chosen"]).status_code == 200
    assert send(splunk, (made.outs or {})["value"]).status_code == 403
    assert not provider.diff(made.id, provider.read(made.id, given).outs or {}, chosen).changes

    SplunkAccess.model_validate(splunk.access).client().update(
        HEC_TOKENS, "flow-attribution", {"token": "another"}
    )
    drifted = provider.read(made.id, given).outs or {}
    assert provider.diff(made.id, drifted, chosen).changes
