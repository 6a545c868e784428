"""Records sent where Beats send: acknowledged or sent again, to a verified server alone, routed as in Kafka."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.replaying.run import BUNDLED
from embedded.shipper import beats
from embedded.shipper.beats import as_event, sending
from embedded.shipper.errors import DeliveryError
from embedded.shipper.record import Form
from embedded.shipper.recording import load
from infra import topics
from infra.logging_server.docker import logstash
from infra.logging_server.docker.container import REPOSITORY
from infra.logging_server.docker.versions import CURRENT
from infra.tls.certificates import KeyPair, make_authority
from tests.conf.logstash.model import Model
from tests.embedded.shipper.beats_input import Server, running

CONN = b'{"ts":1700000000.1,  "uid":"C1"}'


@pytest.fixture
def authority() -> KeyPair:
    return make_authority("beats test", 2)


@pytest.fixture
def server(authority: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(beats, "_PAUSE_SECONDS", 0.01)
    with running(authority, tmp_path) as made:
        yield made


def test_everything_is_taken_in_windows_and_in_order(server: Server) -> None:
    count = beats.WINDOW + 10
    with sending(server.destination) as writer:
        for number in range(count):
            writer.send(topics.ZEEK_CONN, b"sensor", b'{"n":%d}' % number)
    assert [orjson.loads(event["message"])["n"] for event in server.events] == list(range(count))
    assert server.windows == 2


def test_a_window_that_was_not_acknowledged_is_sent_again(server: Server) -> None:
    server.hang_ups = 2
    with sending(server.destination) as writer:
        writer.send(topics.ZEEK_CONN, b"sensor", CONN)
    assert [event["message"].encode() for event in server.events] == [CONN]


def test_a_server_that_stays_away_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beats, "_PATIENCE_SECONDS", 0.1)
    server.hang_ups = 10**6
    with (
        pytest.raises(DeliveryError, match="does not take records"),
        sending(server.destination) as writer,
    ):
        writer.send(topics.ZEEK_CONN, b"sensor", CONN)


def test_a_server_of_another_ca_is_told_nothing(server: Server) -> None:
    other = replace(server.destination, ca_certificate=make_authority("other", 2).certificate)
    with pytest.raises(DeliveryError, match="do not trust each other"), sending(other) as writer:
        writer.send(topics.ZEEK_CONN, b"sensor", CONN)
    assert server.events == []


def test_the_private_key_is_not_shown(server: Server) -> None:
    assert "PRIVATE KEY" not in repr(server.destination)


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        (topics.ZEEK_CONN, CONN),
        (topics.zeek("dns"), b'{"ts":1.5}'),
        (topics.OSQUERY_SOCKETS, b'{"name":"win_socket_events","columns":{}}'),
        (
            topics.SYSMON_NETWORK,
            b'{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":3,"computer_name":"WS01"}}',
        ),
    ],
)
def test_logstash_finds_topic_key_and_line_again(topic: str, value: bytes) -> None:
    (sent,) = _through_logstash(as_event(topic, "WS01", value))
    assert (sent.topic, sent.key) == (topic, "WS01")
    assert sent.value.encode() == value or orjson.loads(sent.value) == orjson.loads(value)


def test_what_could_not_be_read_keeps_its_reason() -> None:
    told = {"topic": None, "source": "a/file.log", "line": 7, "reason": "no timestamp", "record": "x y"}
    (sent,) = _through_logstash(as_event(topics.DEAD_LETTERS, "a/file.log", orjson.dumps(told)))
    assert sent.topic == topics.DEAD_LETTERS
    letter = orjson.loads(sent.value)
    assert (letter["reason"], letter["source"], letter["offset"], letter["record"]) == (
        "no timestamp",
        "a/file.log",
        7,
        "x y",
    )


def _through_logstash(event: dict[str, Any]) -> list[Any]:
    mounted = logstash.configuration(CURRENT.logstash)
    files = [REPOSITORY / each for path, each in sorted(mounted.items()) if path.endswith(".conf")]
    return list(Model(files, logstash.sysmon_event_names()).send(event))


def test_the_bundled_recording_arrives_in_kafka_as_if_it_had_been_written_there() -> None:
    recording = load([BUNDLED])
    assert len(recording.records) > 1000
    mounted = logstash.configuration(CURRENT.logstash)
    files = [REPOSITORY / each for path, each in sorted(mounted.items()) if path.endswith(".conf")]
    model = Model(files, logstash.sysmon_event_names())
    for record in recording.records:
        (sent,) = model.send(as_event(record.topic, record.key, record.line))
        assert (sent.topic, sent.key) == (record.topic, record.key)
        if record.form is not Form.WINLOGBEAT:
            assert sent.value.encode() == record.line
        else:
            assert orjson.loads(sent.value) == orjson.loads(record.line)
