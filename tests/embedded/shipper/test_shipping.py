"""A recording in a real Kafka: in order, keyed, timed, and nothing lost."""

import dataclasses
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from embedded.kafka.settings import Settings
from embedded.shipper.errors import DeliveryError
from embedded.shipper.holdings import Content, Holding
from embedded.shipper.producer import Writer
from embedded.shipper.reading import outcomes
from embedded.shipper.record import Record
from embedded.shipper.recording import Recording, load
from embedded.shipper.shipping import Shipment, Times, ship
from infra import topics
from infra.observation.topic import Entry, Reader
from recordings.make_explorer_beacon import FOLDER
from tests.embedded.shipper import lines


@pytest.fixture
def reader(kafka: Settings) -> Iterator[Reader]:
    opened = Reader(kafka.bootstrap)
    yield opened
    opened.close()


def times(folder: Path, **changed: object) -> Times:
    return dataclasses.replace(Times(run_directory=folder, window=60.0, grace=86_400.0), **changed)  # type: ignore[arg-type]


def entries(reader: Reader, shipment: Shipment, places: list[object]) -> list[Entry]:
    names = sorted({record.topic for record, _ in shipment.records})
    return list(reader.since(names, places))  # type: ignore[arg-type]


def recording(*written: bytes, folder: Path) -> Recording:
    path = folder / uuid.uuid4().hex / "conn.log"
    path.parent.mkdir()
    path.write_bytes(b"\n".join(written) + b"\n")
    return load([path])


def test_every_record_arrives_under_its_hosts_key(kafka: Settings, reader: Reader, tmp_path: Path) -> None:
    places = reader.ends(["zeek-conn", "zeek-dns", "zeek-ssl", "zeek-http", *_endpoint_topics()])
    shipment = ship(load([FOLDER]), kafka.bootstrap, times(tmp_path))
    arrived = entries(reader, shipment, list(places))
    assert Counter(entry.topic for entry in arrived) == Counter(
        record.topic for record, _ in shipment.records
    )
    assert {entry.key for entry in arrived if entry.topic == topics.SYSMON_NETWORK} == {
        b"CLIENT01.corp.example",
        b"DC01.corp.example",
    }


def _endpoint_topics() -> list[str]:
    return [
        topics.SYSMON_NETWORK,
        topics.SYSMON_PROCESS,
        topics.OSQUERY_SOCKETS,
        topics.OSQUERY_PROCESSES,
        topics.sysmon_event(8),
    ]


def test_connections_come_in_the_order_of_their_ends_and_end_now(
    kafka: Settings, reader: Reader, tmp_path: Path
) -> None:
    places = reader.ends([topics.ZEEK_CONN])
    before = time.time()
    ship(load([FOLDER / "zeek" / "conn.log"]), kafka.bootstrap, times(tmp_path))
    events = [orjson.loads(entry.value or b"") for entry in reader.since([topics.ZEEK_CONN], places)]
    ends = [event["ts"] + event.get("duration", 0.0) for event in events]
    assert ends == sorted(ends)
    assert before - 2 <= ends[-1] <= time.time()


def test_the_clocks_offsets_are_taken_off(kafka: Settings, reader: Reader, tmp_path: Path) -> None:
    names = [topics.ZEEK_CONN, topics.SYSMON_NETWORK]
    places = reader.ends(names)
    ship(load([FOLDER]), kafka.bootstrap, times(tmp_path))
    began: dict[str, list[float]] = {}
    apart: list[float] = []
    for entry in reader.since(names, places):
        event = orjson.loads(entry.value or b"")
        if entry.topic == topics.ZEEK_CONN:
            began.setdefault(event["community_id"], []).append(event["ts"])
    for entry in reader.since([topics.SYSMON_NETWORK], places):
        read = next(outcomes_of(entry.value or b"", tmp_path))
        apart += (
            [min(abs(read.time - at) for at in began[read.community_id or ""])]
            if read.community_id in began
            else []
        )
    assert len(apart) > 400
    assert max(apart) < 0.05


def outcomes_of(line: bytes, folder: Path) -> Iterator[Record]:
    path = folder / "line.json"
    path.write_bytes(line)
    for outcome in outcomes(Holding(path=path, name="line.json", content=Content.JSON_LINES)):
        assert isinstance(outcome, Record)
        yield outcome


def test_kept_times_are_the_recordings_own_byte_for_byte(
    kafka: Settings, reader: Reader, tmp_path: Path
) -> None:
    line = lines.conn(community_id="1:keep")
    places = reader.ends([topics.ZEEK_CONN])
    ship(recording(line, folder=tmp_path), kafka.bootstrap, times(tmp_path, keep=True))
    assert [entry.value for entry in reader.since([topics.ZEEK_CONN], places)] == [line]


def test_two_replays_are_hours_apart_in_event_time(kafka: Settings, tmp_path: Path) -> None:
    first = ship(load([FOLDER]), kafka.bootstrap, times(tmp_path))
    second = ship(load([FOLDER]), kafka.bootstrap, times(tmp_path))
    assert second.end + 120 <= first.start


def test_what_cannot_be_read_is_in_dead_letters_with_place_reason_and_line(
    kafka: Settings, reader: Reader, tmp_path: Path
) -> None:
    places = reader.ends([topics.DEAD_LETTERS])
    shipment = ship(
        recording(lines.conn(), b'{"ts": \xff', folder=tmp_path), kafka.bootstrap, times(tmp_path / "run")
    )
    (entry,) = reader.since([topics.DEAD_LETTERS], places)
    letter = orjson.loads(entry.value or b"")
    assert shipment.dead_letters == 1
    assert letter["line"] == 2
    assert letter["reason"]
    assert letter["record"] == '{"ts": \\xff'
    assert letter["source"].endswith(".log")


def test_a_paced_replay_takes_as_long_as_it_should_and_ends_now(kafka: Settings, tmp_path: Path) -> None:
    written = [lines.conn(uid=f"C{number}", ts=1767348245.0 + number * 10, duration=0) for number in range(4)]
    began = time.monotonic()
    shipment = ship(recording(*written, folder=tmp_path), kafka.bootstrap, times(tmp_path, speed=20.0))
    assert 1.4 <= time.monotonic() - began <= 10.0
    assert shipment.end <= time.time() + 1


def test_a_broker_that_is_not_there_is_an_error_not_a_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.shipper.producer._TIMEOUT_MS", 1_000)
    monkeypatch.setattr("embedded.shipper.producer._FLUSH_SECONDS", 3.0)
    with pytest.raises(DeliveryError, match="did not take 1 record"):
        ship(recording(lines.conn(), folder=tmp_path), "127.0.0.1:1", times(tmp_path))


def test_records_too_large_for_kafka_are_reported(kafka: Settings) -> None:
    writer = Writer(kafka.bootstrap)
    with pytest.raises(DeliveryError):
        writer.send(topics.ZEEK_CONN, b"k", b"x" * 20_000_000)
