"""Coverage and clocks out of the rows that the queries keep; the lab's probes are not counted."""

import struct

import orjson

from infra.observation import probe
from infra.observation.since import Span
from infra.observation.survey.conclusions import counted, lately, measured

HOUR_MS = 3_600_000
NOW = 1_800_000_000.0


def windowed(host: str, hours_ago: int) -> bytes:
    began = (int(NOW * 1000) // HOUR_MS - hours_ago) * HOUR_MS
    return host.encode() + struct.pack(">q", began)


def offsets(kind: str, count: int, mean: float, low: float, high: float) -> dict[str, float]:
    return {kind: count, "MEAN_OFFSET_MS": mean, "MIN_OFFSET_MS": low, "MAX_OFFSET_MS": high}


def grouped(reason: str, originator: str) -> bytes:
    return orjson.dumps({"REASON": reason, "ORIGINATOR": originator})


def test_coverage_is_the_share_of_what_was_concluded_without_probes() -> None:
    coverage = counted(
        {
            b"pc1": {"EVENTS": 6},
            b"pc2": {"EVENTS": 2},
            b"gone": {"EVENTS": 0},
            probe.HOST.encode(): {"EVENTS": 9},
        },
        {
            grouped("no Community ID", "10.0.0.1"): {"FLOWS": 1},
            grouped("no Community ID", "10.0.0.2"): {"FLOWS": 1},
            grouped("no Community ID", probe.ORIGINATOR): {"FLOWS": 7},
        },
    )
    assert coverage.attributed == {"pc1": 6, "pc2": 2}
    assert coverage.reasons == {"no Community ID": 2}
    assert coverage.share == 0.8


def test_coverage_is_unknown_before_anything_was_concluded() -> None:
    assert counted({}, {}).share is None


def test_a_clock_is_weighed_over_the_hours_of_a_day() -> None:
    matches = {
        windowed("pc", 1): offsets("MATCHES", 3, 100.0, -50.0, 200.0),
        windowed("pc", 2): offsets("MATCHES", 1, 500.0, 400.0, 500.0),
        windowed("pc", 30): offsets("MATCHES", 100, 9_000.0, 9_000.0, 9_000.0),
        windowed(probe.HOST, 1): offsets("MATCHES", 1, 0.0, 0.0, 0.0),
    }
    (clock,) = measured(matches, {windowed("pc", 1): offsets("NEAR_MISSES", 2, 9e5, 8e5, 1e6)}, lately(NOW))
    assert (clock.host, clock.matches, clock.near_misses) == ("pc", 4, 2)
    assert clock.offset_seconds == 0.2
    assert (clock.smallest, clock.largest) == (-0.05, 0.5)


def test_a_clock_that_finds_no_match_is_told_by_its_near_misses() -> None:
    (clock,) = measured(
        {}, {windowed("pc", 0): offsets("NEAR_MISSES", 5, 300_000.0, 299_000.0, 301_000.0)}, lately(NOW)
    )
    assert (clock.matches, clock.near_misses, clock.offset_seconds) == (0, 5, 300.0)


def test_the_clocks_of_a_span_are_those_of_the_hours_that_it_touches() -> None:
    matches = {
        windowed("pc", hours): offsets("MATCHES", hours, 100.0 * hours, 0.0, 900.0) for hours in (1, 3, 5)
    }
    (clock,) = measured(matches, {}, Span(since=NOW - 4 * 3600, until=NOW - 2 * 3600))
    assert (clock.matches, clock.offset_seconds) == (3, 0.3)
