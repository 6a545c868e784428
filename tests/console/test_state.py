"""The console keeps the last word on each connection, and says what it let go."""

from typing import Any

import orjson
import pytest

from console.row import COLUMNS
from console.state import Changes, Incoming, State
from infra import topics
from infra.observation.probe import UID_PREFIX
from tests.console.records import (
    BEGAN,
    Made,
    dead_letter,
    detection,
    enriched,
    flow,
    unattributed,
    withdrawn,
    zeek,
)


def state(*made: Made, keep: int = 100) -> State:
    new = State(keep=keep, keep_dead_letters=3)
    tell(new, *made)
    return new


def tell(told: State, *made: Made) -> None:
    told.take([Incoming(one.topic, one.key, one.value, 1_000) for one in made])


def shown(changes: Changes) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, orjson.loads(row), strict=True)) for row in changes.rows]


def all_of(told: State) -> list[dict[str, Any]]:
    return shown(told.changes(0, 1_000))


def test_the_last_revision_of_an_event_is_the_one_that_is_shown() -> None:
    told = state(enriched(flow(), SOURCES=["sysmon"]), enriched(flow(orig_bytes=9_000)))
    (row,) = all_of(told)
    assert (row["sources"], row["orig_bytes"]) == (["osquery", "sysmon"], 9_000)


def test_both_ends_of_a_flow_are_two_rows() -> None:
    told = state(enriched(flow()), enriched(flow(), SIDE="responder", HOSTNAME="DC01"))
    assert {row["host"] for row in all_of(told)} == {"CLIENT01.corp.example", "DC01"}


def test_an_unattributed_flow_goes_when_its_match_comes() -> None:
    told = state(unattributed(flow()))
    before = told.changes(0, 10)
    assert [row["reason"] for row in shown(before)] == ["host without an agent"]
    tell(told, enriched(flow()), withdrawn(unattributed(flow())))
    after = told.changes(before.version, 10)
    assert [row["kind"] for row in shown(after)] == ["attributed"]
    assert after.gone == [shown(before)[0]["key"]]


@pytest.mark.parametrize("order", [0, 1], ids=["the event first", "the detection first"])
def test_a_detection_is_shown_with_its_event_whichever_comes_first(order: int) -> None:
    pair = [enriched(flow()), detection(flow(), "beacon")]
    told = state(*(pair[::-1] if order else pair))
    assert [row["detections"] for row in all_of(told)] == [["beacon"]]


def test_a_detection_that_is_taken_back_is_shown_no_more() -> None:
    told = state(enriched(flow()), detection(flow()), withdrawn(detection(flow())))
    assert [row["detections"] for row in all_of(told)] == [[]]


def test_a_page_is_sent_what_changed_since_it_looked_and_no_more() -> None:
    told = state(*(enriched(flow(number)) for number in range(10)))
    seen = told.changes(0, 100).version
    tell(told, enriched(flow(3, orig_bytes=1)), enriched(flow(11)))
    assert [row["uid"] for row in shown(told.changes(seen, 100))] == ["C00000003", "C00000011"]
    assert told.changes(told.changes(0, 100).version, 100).rows == []


def test_much_is_sent_in_parts_that_are_together_all_of_it() -> None:
    told = state(*(enriched(flow(number)) for number in range(25)))
    since, seen = 0, []
    while True:
        changes = told.changes(since, 10)
        seen += shown(changes)
        since = changes.version
        if changes.is_all:
            break
    assert [row["uid"] for row in seen] == [f"C{number:08d}" for number in range(25)]


def test_the_newest_are_kept_and_the_dropped_are_counted() -> None:
    told = state(*(enriched(flow(number)) for number in range(12)), keep=10)
    changes = told.changes(0, 100)
    assert [row["uid"] for row in shown(changes)] == [f"C{number:08d}" for number in range(2, 12)]
    assert told.dropped == 2
    assert changes.floor == shown(changes)[0]["version"]


def test_what_is_revised_is_new_and_is_kept() -> None:
    told = state(*(enriched(flow(number)) for number in range(10)), keep=10)
    tell(told, enriched(flow(0, orig_bytes=5)), enriched(flow(10)))
    assert {row["uid"] for row in all_of(told)} >= {"C00000000", "C00000010"}


def test_beside_a_connection_is_what_zeek_wrote_in_the_same_replay() -> None:
    now, earlier = flow(), flow(ts=BEGAN - 10_800)
    detail = state(zeek(now), enriched(now), zeek(earlier)).detail("C00000001:originator")
    assert detail is not None
    assert detail["zeek"]["ts"] == detail["event"]["ts"]


def test_a_connection_is_told_whole_and_beside_it_what_zeek_wrote() -> None:
    told = state(zeek(flow(history="ShADad")), enriched(flow(history="ShADadFf")))
    detail = told.detail("C00000001:originator")
    assert detail is not None
    assert (detail["zeek"]["history"], detail["event"]["history"]) == ("ShADad", "ShADadFf")
    assert detail["event"]["COMMAND_LINE"] == "C:\\Windows\\explorer.exe /factory"


def test_a_connection_that_is_not_held_is_not_told() -> None:
    assert state().detail("C00000001:originator") is None
    assert (
        state(unattributed(flow()), withdrawn(unattributed(flow()))).detail("C00000001:unattributed") is None
    )


def test_the_labs_own_probes_are_kept_out() -> None:
    probe = flow(uid=f"{UID_PREFIX}01")
    assert all_of(state(zeek(probe), enriched(probe), unattributed(probe), detection(probe))) == []


@pytest.mark.parametrize(
    "value", [b"\xff not JSON", b"[]", b"null", b'"text"', b"{}", b'{"EVENT_ID": "a", "ts": "yesterday"}']
)
def test_a_record_without_sense_is_counted_and_the_rest_goes_on(value: bytes) -> None:
    told = state(Made(topics.ENRICHED, b"key", value), enriched(flow()))
    assert told.unreadable[topics.ENRICHED] == 1
    assert [row["uid"] for row in all_of(told)] == ["C00000001"]


def test_the_latest_dead_letters_can_be_read_with_their_reasons() -> None:
    told = state(*(dead_letter(f"reason {number}", '{"ts": "x"}') for number in range(5)))
    assert [letter.reason for letter in told.letters()] == ["reason 4", "reason 3", "reason 2"]
    assert told.letters()[0].record == '{"ts": "x"}'
    assert told.letters()[0].place == "partition 0, offset 7"
