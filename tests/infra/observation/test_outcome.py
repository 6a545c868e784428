"""The last word on each connection, read from the topics."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from confluent_kafka import Producer

from embedded.kafka.settings import Settings
from infra import topics
from infra.observation import outcome
from infra.observation.enriched import Wish, latest
from infra.observation.outcome import Outcome, Sighting
from infra.observation.since import Span
from infra.observation.topic import Reader


class Topics:
    """Writes rows as the statements do, and reads what is concluded of those written since."""

    def __init__(self, bootstrap: str) -> None:
        self.reader = Reader(bootstrap)
        self._producer = Producer({"bootstrap.servers": bootstrap})
        self._places = self.reader.ends(outcome.READ)

    def write(self, topic: str, key: str, row: dict[str, Any] | None) -> None:
        self._producer.produce(topic, orjson.dumps(row) if row is not None else None, key.encode())

    def concluded(self, *uids: str) -> Outcome:
        self._producer.flush()
        return outcome.read(self.reader, uids, self._places)


@pytest.fixture
def written(kafka: Settings) -> Iterator[Topics]:
    opened = Topics(kafka.bootstrap)
    yield opened
    opened.reader.close()


def enriched(uid: str, side: str = "originator", **fields: Any) -> dict[str, Any]:
    return {"EVENT_ID": f"{uid}:{side}", "uid": uid, "SIDE": side, "ts": 1.0, **fields}


def test_the_latest_revision_of_an_event_counts(written: Topics) -> None:
    written.write(topics.ENRICHED, "C1:originator", enriched("C1", PROCESS_COUNT=1))
    written.write(topics.ENRICHED, "C1:originator", enriched("C1", PROCESS_COUNT=2))
    assert written.concluded("C1").enriched["C1:originator"]["PROCESS_COUNT"] == 2


def test_both_sides_of_a_flow_are_two_events_of_one_attributed_flow(written: Topics) -> None:
    written.write(topics.ENRICHED, "C2:originator", enriched("C2"))
    written.write(topics.ENRICHED, "C2:responder", enriched("C2", "responder"))
    concluded = written.concluded("C2")
    assert len(concluded.enriched) == 2
    assert concluded.attributed_uids == {"C2"}


def test_what_was_taken_back_is_not_unattributed(written: Topics) -> None:
    for uid in ("C3", "C4"):
        written.write(topics.UNATTRIBUTED, uid, {"uid": uid, "REASON": "no endpoint event in the window"})
    written.write(topics.UNATTRIBUTED, "C3", None)
    concluded = written.concluded("C3", "C4")
    assert set(concluded.unattributed) == {"C4"}
    assert concluded.reasons == {"no endpoint event in the window": 1}


def test_connections_that_were_not_asked_about_do_not_count(written: Topics) -> None:
    written.write(topics.ENRICHED, "C5:originator", enriched("C5"))
    written.write(topics.UNATTRIBUTED, "C6", {"uid": "C6", "REASON": "no Community ID"})
    concluded = written.concluded("C7")
    assert concluded.enriched == {}
    assert concluded.unattributed == {}


def test_a_match_says_which_endpoint_event_it_is_about(written: Topics) -> None:
    row = {
        "UID": "C8",
        "TS_MS": 1000,
        "OFFSET_MS": -7,
        "SOURCE": "sysmon",
        "HOSTNAME": "pc",
        "PROCESS_GUID": "{g}",
    }
    written.write(topics.MATCHES, "1:id", {**row, "PROCESS_ID": 42})
    written.write(topics.MATCHES, "1:id", {**row, "PROCESS_ID": None})
    assert set(written.concluded("C8").sightings) == {
        Sighting("sysmon", "pc", "1:id", 993, "42"),
        Sighting("sysmon", "pc", "1:id", 993, "{g}"),
    }


def test_events_are_found_by_what_is_wished_in_the_order_of_time(written: Topics) -> None:
    for number, (image, host) in enumerate(
        (("C:\\Odd.exe", "x1"), ("c:\\odd.EXE", "x2"), ("C:\\even.exe", "x1"))
    ):
        event = enriched(f"W{number}", PROCESS_NAME=image, HOSTNAME=host, ts=9.0 - number)
        written.write(topics.ENRICHED, event["EVENT_ID"], event | {"id.orig_h": f"10.9.9.{number}"})
    written.concluded()

    def found(limit: int | None = None, **wish: Any) -> list[str]:
        return [event["uid"] for event in latest(written.reader, Wish(**wish), limit)]

    assert found(process="odd.exe") == ["W1", "W0"]
    assert found(process="odd", host="X1") == ["W0"]
    assert found(address="10.9.9.2") == ["W2"]
    assert found(limit=1, process="odd.exe") == ["W0"]
    assert found(span=Span(since=7.5), host="x") == ["W1", "W0"]
    assert found(span=Span(until=9.0), host="x") == ["W2", "W1"]


def test_a_detection_that_a_second_replay_says_in_another_window_counts_once(written: Topics) -> None:
    row = {"EVENT_ID": "C1:originator", "RULE_ID": "a rule", "uid": "C1", "ts": 1.0}
    for window in ("first", "second"):
        written.write(topics.DETECTIONS, f"C1:originator|a rule|{window}", row | {"DETECTION": "a title"})
    written.write(topics.DETECTIONS, "C1:originator|another", row | {"RULE_ID": "another"})
    assert [found["RULE_ID"] for found in written.concluded("C1").detections] == ["a rule", "another"]


def test_what_is_concluded_of_a_span_is_all_that_began_in_it_without_probes(written: Topics) -> None:
    for number, at in enumerate((5e9, 5e9 + 50, 5e9 + 99.9, 5e9 + 100)):
        written.write(topics.ENRICHED, f"S{number}", enriched(f"S{number}", ts=at))
        written.write(topics.UNATTRIBUTED, f"T{number}", {"uid": f"T{number}", "ts": at, "REASON": "r"})
        written.write(
            topics.DETECTIONS,
            f"S{number}",
            {"uid": f"S{number}", "ts": at, "EVENT_ID": f"S{number}:originator"},
        )
    probe = "ClabprobeS"
    written.write(topics.ENRICHED, probe, enriched(probe, ts=5e9 + 50))
    written.write(topics.UNATTRIBUTED, "T1", None)
    written.concluded()
    found = outcome.within(written.reader, Span(since=5e9 + 1, until=5e9 + 100))
    assert found.attributed_uids == {"S1", "S2"}
    assert set(found.unattributed) == {"T2"}
    assert [row["EVENT_ID"] for row in found.detections] == ["S1:originator", "S2:originator"]
