"""An event from the future is a dead letter, and keeps no other event from being joined."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded.ksql.record import Record
from infra import topics
from tests.ksql.fusion import ARRIVAL, written
from tests.ksql.outcome import known
from tests.ksql.records import record
from tests.ksql.reference import DAY_MS, attribute
from tests.ksql.seen import Conn, Listed, Seen, Socket
from tests.ksql.strategies import NOON, happenings

HOUR_MS: Final = 3_600_000
CONN: Final = Conn(
    uid="C1", ts=NOON, orig_h="10.0.0.5", orig_p=50_000, resp_h="139.59.1.2", resp_p=443, community_id="1:x="
)
SOCKET: Final = Socket(
    source="sysmon",
    ms=NOON,
    host="pc",
    pid=7,
    name="C:\\a.exe",
    local=("10.0.0.5", 50_000),
    remote=("139.59.1.2", 443),
    community_id="1:x=",
)


def letters(made: Sequence[Record]) -> list[dict[str, Any]]:
    """The dead letters among what was written."""
    return [json.loads(each.value or b"") for each in made if each.topic == topics.DEAD_LETTERS]


def at(item: Seen, ms: int) -> Seen:
    """The same, at another time."""
    return replace(item, ts=ms) if isinstance(item, Conn) else replace(item, ms=ms)


@pytest.mark.parametrize(
    ("item", "topic", "clock"),
    [
        (CONN, topics.ZEEK_CONN, "the sensor"),
        (replace(CONN, complete=False), topics.ZEEK_CONN_OPEN, "the sensor"),
        (SOCKET, topics.SYSMON_NETWORK, "pc"),
        (replace(SOCKET, source="osquery"), topics.OSQUERY_SOCKETS, "pc"),
    ],
)
@pytest.mark.parametrize("ahead", [HOUR_MS + 1_000, 400 * DAY_MS])
def test_an_event_more_than_an_hour_ahead_of_its_arrival_is_a_dead_letter(
    item: Seen, topic: str, clock: str, ahead: int
) -> None:
    made = written([record(at(item, ARRIVAL + ahead), ARRIVAL)])
    (letter,) = letters(made)
    assert [each.topic for each in made] == [topics.DEAD_LETTERS]
    assert (letter["topic"], letter["partition"], letter["offset"]) == (topic, 0, 0)
    assert letter["reason"].startswith(
        f"ahead of its arrival by more than 60 minutes: the clock of {clock} is"
    )
    assert letter["record"]["value"]["text"]


def test_clocks_that_differ_by_less_are_told_by_the_near_misses_instead() -> None:
    made = written([record(at(item, ARRIVAL + HOUR_MS), ARRIVAL) for item in (CONN, SOCKET)])
    assert not letters(made)
    assert known(made).enriched


@pytest.mark.parametrize(("missing", "reason"), [("uid", "no uid"), ("ts", "no ts")])
def test_a_connection_without_uid_or_time_is_a_dead_letter(missing: str, reason: str) -> None:
    whole = record(CONN, ARRIVAL)
    row = json.loads(whole.value or b"")
    del row[missing]
    (letter,) = letters(written([replace(whole, value=json.dumps(row).encode())]))
    assert letter["reason"] == reason


def test_a_process_whose_time_is_ahead_is_known_all_the_same() -> None:
    listed = Listed(
        ms=ARRIVAL + 400 * DAY_MS, host="pc", pid=7, path="C:\\a.exe", command_line="a --now", parent="b"
    )
    seen: tuple[Seen, ...] = (listed, CONN, SOCKET)
    made = written(record(item, ARRIVAL + place) for place, item in enumerate(seen))
    (event,) = known(made).enriched.values()
    assert event.command_line == "a --now"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings(), st.randoms(use_true_random=False))
def test_what_comes_from_the_future_changes_nothing(seen: list[Seen], chance: Any) -> None:
    events = [item for item in seen if isinstance(item, Conn | Socket)]
    future = [at(item, ARRIVAL + 30 * DAY_MS) for item in events]
    arriving = [*seen]
    for item in future:
        arriving.insert(chance.randint(0, len(arriving)), item)
    made = written(record(item, ARRIVAL + place) for place, item in enumerate(arriving))
    assert known(made) == attribute(seen)
    told = [item for item in events if isinstance(item, Conn) or item.community_id is not None]
    assert len(letters(made)) == len(told)
