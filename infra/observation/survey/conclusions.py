"""What the pipeline says of its own work: the tables of ksql/60_coverage.ksql."""

import struct
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

import orjson

from infra.observation.probe import HOST, ORIGINATOR
from infra.observation.since import Span
from infra.observation.survey import tails
from infra.observation.survey.seen import Clock, Coverage

ATTRIBUTED: Final = "COVERAGE_ATTRIBUTED"
UNATTRIBUTED: Final = "COVERAGE_UNATTRIBUTED"
CLOCK: Final = "HOST_CLOCK"
NEAR_MISS: Final = "HOST_CLOCK_NEAR_MISS"
TABLES: Final = (ATTRIBUTED, UNATTRIBUTED, CLOCK, NEAR_MISS)
HOUR: Final = 3600
HOURS: Final = 24
"""How many hours of event time back the clocks are looked at."""


def coverage(bootstrap: str, security: Mapping[str, str]) -> Coverage:
    """Enriched events by host, unattributed flows by reason; without the lab's probes."""
    return counted(
        tails.table(bootstrap, security, ATTRIBUTED), tails.table(bootstrap, security, UNATTRIBUTED)
    )


def clocks(bootstrap: str, security: Mapping[str, str], span: Span) -> list[Clock]:
    """Each host's offset to the sensor in the hours of event time that a span touches."""
    return measured(
        tails.table(bootstrap, security, CLOCK), tails.table(bootstrap, security, NEAR_MISS), span
    )


def lately(now: float) -> Span:
    """The last hours before now, in which clocks are looked at."""
    return Span(since=now - HOURS * HOUR)


def counted(attributed: Mapping[bytes, Any], unattributed: Mapping[bytes, Any]) -> Coverage:
    """Coverage out of the rows of its two tables."""
    hosts = {key.decode(errors="backslashreplace"): int(row["EVENTS"]) for key, row in attributed.items()}
    reasons: Counter[str] = Counter()
    for key, row in unattributed.items():
        group = orjson.loads(key)
        if group.get("ORIGINATOR") != ORIGINATOR:
            reasons[str(group.get("REASON"))] += int(row["FLOWS"])
    return Coverage(
        attributed={host: count for host, count in sorted(hosts.items()) if host != HOST and count},
        reasons={reason: count for reason, count in reasons.most_common() if count},
    )


def measured(matches: Mapping[bytes, Any], near: Mapping[bytes, Any], span: Span) -> list[Clock]:
    """The clocks out of the rows of the two tables; each row is a host's in one hour."""
    found: dict[str, list[tuple[str, int, float, float, float]]] = defaultdict(list)
    for kind, rows in (("MATCHES", matches), ("NEAR_MISSES", near)):
        for key, row in rows.items():
            host, began = _host_and_hour(key)
            if host != HOST and _touches(span, began):
                offsets = [row[name] / 1000 for name in ("MEAN_OFFSET_MS", "MIN_OFFSET_MS", "MAX_OFFSET_MS")]
                found[host].append((kind, int(row[kind]), *offsets))
    return [_clock(host, hours) for host, hours in sorted(found.items())]


def _touches(span: Span, began: float) -> bool:
    return (span.since is None or began + HOUR > span.since) and (span.until is None or began < span.until)


def _host_and_hour(key: bytes) -> tuple[str, float]:
    """A windowed key of ksqlDB: the key, then the window's beginning in ms, eight bytes big-endian."""
    (began,) = struct.unpack(">q", key[-8:])
    return key[:-8].decode(errors="backslashreplace"), began / 1000


def _clock(host: str, hours: list[tuple[str, int, float, float, float]]) -> Clock:
    matches = sum(hour[1] for hour in hours if hour[0] == "MATCHES")
    near_misses = sum(hour[1] for hour in hours if hour[0] == "NEAR_MISSES")
    telling = [hour for hour in hours if (hour[0] == "MATCHES") == (matches >= near_misses)]
    weight = sum(hour[1] for hour in telling)
    return Clock(
        host=host,
        matches=matches,
        near_misses=near_misses,
        offset_seconds=sum(hour[1] * hour[2] for hour in telling) / weight,
        smallest=min(hour[3] for hour in telling),
        largest=max(hour[4] for hour in telling),
    )
