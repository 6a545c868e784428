"""The sink connector as a resource, on Connect's REST API, from Kafka to Splunk."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from embedded.kafka.settings import Settings as KafkaSettings
from infra.pipeline import http
from infra.pipeline.connect.client import ConnectClient
from infra.pipeline.connect.sink import SinkProvider, sink_config
from infra.pipeline.splunk.client import INDEXES, SplunkAccess
from infra.pipeline.splunk.token import TokenProvider
from infra.private_file import digest, write_private
from tests.infra.pipeline.conftest import Splunk

TOPIC = "sink-test"


@pytest.fixture
def inputs(
    splunk: Splunk, connect_url: str, kafka: KafkaSettings, tmp_path: Path
) -> Iterator[dict[str, Any]]:
    client = SplunkAccess.model_validate(splunk.access).client()
    client.create(INDEXES, "sink-test", {})
    tokens = TokenProvider()
    token_inputs = {**splunk.access, "name": "sink-test", "index": "sink-test", "use_ack": True}
    token = tokens.create(token_inputs)
    value = (token.outs or {})["value"]
    write_private(tmp_path / "token.properties", f"secret={value}\n")
    reference = f"${{file:{tmp_path / 'token.properties'}:secret}}"
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    producer.produce(TOPIC, b'{"uid":"C1"}', key=b"C1")
    assert producer.flush(30) == 0
    yield {
        "url": connect_url,
        "instance": "one",
        "name": "flows",
        "config": sink_config(
            [TOPIC], ["test"], [splunk.hec_url, reference, "sink-test", str(splunk.trust_store)]
        ),
        "token_digest": digest(value),
        "state": "RUNNING",
    }
    tokens.delete(token.id, token.outs or {})
    client.delete(INDEXES, "sink-test")


def events(splunk: Splunk) -> int:
    """How many events the index holds."""
    client = SplunkAccess.model_validate(splunk.access).client()
    return int((client.get(INDEXES, "sink-test") or {})["totalEventCount"])


def test_a_sink_carries_events_and_is_watched(splunk: Splunk, inputs: dict[str, Any]) -> None:
    provider = SinkProvider()
    made = provider.create(inputs)
    outs = made.outs or {}
    deadline = time.monotonic() + 30
    while events(splunk) == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert events(splunk) == 1
    seen = provider.read(made.id, outs).outs or {}
    assert not provider.diff(made.id, seen, inputs).changes
    assert not provider.diff(made.id, provider.create(inputs).outs or {}, inputs).changes

    client = ConnectClient(inputs["url"])
    client.put("flows", {**inputs["config"], "splunk.hec.max.batch.size": "7"})
    drifted = provider.read(made.id, outs).outs or {}
    assert provider.diff(made.id, drifted, inputs).changes
    provider.update(made.id, drifted, inputs)
    assert "splunk.hec.max.batch.size" not in (client.config("flows") or {})

    client.delete("flows")
    assert provider.read(made.id, outs).id == ""
    provider.create(inputs)
    provider.delete(made.id, outs)
    assert client.config("flows") is None
    provider.delete(made.id, outs)


def test_the_token_does_not_show_in_the_configuration(inputs: dict[str, Any]) -> None:
    provider = SinkProvider()
    made = provider.create(inputs)
    with http.client(inputs["url"]) as client:
        shown = client.get("/connectors?expand=info&expand=status").text
    assert "${file:" in shown
    assert (
        Path(inputs["config"]["splunk.hec.token"][7:-8]).read_text().strip().removeprefix("secret=")
        not in shown
    )
    provider.delete(made.id, made.outs or {})


def test_a_configuration_that_cannot_work_is_refused_with_connects_message(inputs: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"HTTP 400: (.|\n)*splunk\.hec\.uri"):
        SinkProvider().create({**inputs, "config": {**inputs["config"], "splunk.hec.uri": ""}})
