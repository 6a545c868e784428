"""Coverage per host and per reason, and each host's clock, as tables."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.ksql.fusion import ARRIVAL, written
from tests.ksql.records import record
from tests.ksql.seen import Seen
from tests.ksql.witnessed import BEACON, ELSEWHERE, INTERNAL, NO_AGENT, SECOND, conn, sysmon


def table(name: str, seen: Sequence[Seen]) -> dict[str, Any]:
    """The last row of each key of a table."""
    rows = {}
    for made in written(record(item, ARRIVAL + number) for number, item in enumerate(seen)):
        if made.topic == name and made.value is not None:
            rows[(made.key or b"").decode(errors="ignore").split("\0")[0]] = json.loads(made.value)
    return rows


def test_coverage_counts_each_hosts_enriched_events() -> None:
    end = sysmon(INTERNAL, end="responder", host="DC")
    seen: list[Seen] = [sysmon(BEACON), BEACON, BEACON, sysmon(INTERNAL), end, INTERNAL]
    assert table("COVERAGE_ATTRIBUTED", seen) == {"WIN10.lab.example": {"EVENTS": 2}, "DC": {"EVENTS": 1}}


def test_coverage_counts_the_flows_without_a_process_by_reason_and_originator() -> None:
    rows = table("COVERAGE_UNATTRIBUTED", [ELSEWHERE, conn("C8", orig_h="10.0.0.77", resp_h="139.59.9.8")])
    assert {tuple(json.loads(key).values()): row for key, row in rows.items()} == {
        (NO_AGENT, "10.0.0.77"): {"FLOWS": 2}
    }


def test_a_flow_that_gets_its_process_later_is_no_longer_counted_as_without() -> None:
    rows = table("COVERAGE_UNATTRIBUTED", [BEACON, sysmon(BEACON)])
    assert {row["FLOWS"] for row in rows.values()} == {0}


def test_a_hosts_clock_is_its_events_time_less_the_connections() -> None:
    seen: list[Seen] = [sysmon(BEACON, 1000), BEACON, sysmon(INTERNAL, 1200), INTERNAL]
    clock = table("HOST_CLOCK", seen)["WIN10.lab.example"]
    assert clock == {
        "MATCHES": 2,
        "MEAN_OFFSET_MS": pytest.approx(1100),
        "MIN_OFFSET_MS": 1000,
        "MAX_OFFSET_MS": 1200,
    }


def test_a_clock_that_is_wrong_by_more_than_the_window_shows_in_the_near_misses() -> None:
    seen: list[Seen] = [sysmon(BEACON, 900 * SECOND), BEACON, sysmon(INTERNAL, 901 * SECOND), INTERNAL]
    clock = table("HOST_CLOCK_NEAR_MISS", seen)["WIN10.lab.example"]
    assert clock["NEAR_MISSES"] == 2
    assert clock["MEAN_OFFSET_MS"] == pytest.approx(900_500)
