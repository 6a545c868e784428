"""Functions of TIMESTAMP and of milliseconds."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from embedded.ksql.expressions.instants import to_datetime, zone
from embedded.ksql.functions.patterns import Pattern, pattern
from embedded.ksql.functions.registry import scalar
from embedded.ksql.language.stream import UNITS


def check_pattern(place: int) -> Callable[[Mapping[int, Any]], None]:
    """Refuses a constant pattern that is not supported when the statement is made."""

    def check(constants: Mapping[int, Any]) -> None:
        if isinstance(constants.get(place), str):
            pattern(constants[place])

    return check


def _parser(constants: Mapping[int, Any]) -> Callable[..., int | None] | None:
    if not isinstance(constants.get(1), str):
        return None
    compiled: Pattern = pattern(constants[1])

    def parse(text: str | None, _: str, zone_id: str | None = "GMT") -> int | None:
        return None if text is None or zone_id is None else compiled.parse_timestamp(text, zone_id)

    return parse


@scalar(
    "PARSE_TIMESTAMP",
    "STRING, STRING -> TIMESTAMP",
    "STRING, STRING, STRING -> TIMESTAMP",
    literal=_parser,
)
def parse_timestamp(text: str | None, format_: str | None, zone_id: str | None = "GMT") -> int | None:
    """A TIMESTAMP from text by a pattern."""
    if text is None or format_ is None or zone_id is None:
        return None
    return pattern(format_).parse_timestamp(text, zone_id)


@scalar(
    "STRINGTOTIMESTAMP",
    "STRING, STRING -> BIGINT",
    "STRING, STRING, STRING -> BIGINT",
    literal=check_pattern(1),
)
def string_to_timestamp(text: str, format_: str, zone_id: str = "UTC") -> int:
    """Milliseconds since 1970 from text by a pattern."""
    return pattern(format_).parse_timestamp(text, zone_id)


@scalar(
    "FORMAT_TIMESTAMP",
    "TIMESTAMP, STRING -> STRING",
    "TIMESTAMP, STRING, STRING -> STRING",
    literal=check_pattern(1),
)
def format_timestamp(stamp: int | None, format_: str | None, zone_id: str | None = "GMT") -> str | None:
    """A TIMESTAMP as text by a pattern."""
    if stamp is None or format_ is None or zone_id is None:
        return None
    return pattern(format_).format_timestamp(stamp, zone_id)


@scalar(
    "TIMESTAMPTOSTRING",
    "BIGINT, STRING -> STRING",
    "BIGINT, STRING, STRING -> STRING",
    literal=check_pattern(1),
)
def timestamp_to_string(stamp: int, format_: str | None, zone_id: str | None = "UTC") -> str | None:
    """Milliseconds since 1970 as text by a pattern."""
    if format_ is None or zone_id is None:
        return None
    return pattern(format_).format_timestamp(stamp, zone_id)


@scalar("FROM_UNIXTIME", "BIGINT -> TIMESTAMP", safe=True)
def from_unixtime(stamp: int | None) -> int | None:
    """A TIMESTAMP from milliseconds since 1970."""
    return stamp


@scalar("UNIX_TIMESTAMP", "TIMESTAMP -> BIGINT", safe=True)
def unix_timestamp(stamp: int | None) -> int | None:
    """A TIMESTAMP as milliseconds since 1970."""
    return stamp


@scalar("UNIX_TIMESTAMP", " -> BIGINT", safe=True)
def unix_timestamp_now() -> int:
    """Now, as milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@scalar("TIMESTAMPADD", "INTERVAL, INTEGER, TIMESTAMP -> TIMESTAMP", safe=True)
def timestamp_add(unit: str, count: int | None, stamp: int | None) -> int | None:
    """A TIMESTAMP later by so many units."""
    return None if count is None or stamp is None else stamp + UNITS[unit] * count


@scalar("TIMESTAMPSUB", "INTERVAL, INTEGER, TIMESTAMP -> TIMESTAMP", safe=True)
def timestamp_sub(unit: str, count: int | None, stamp: int | None) -> int | None:
    """A TIMESTAMP earlier by so many units."""
    return None if count is None or stamp is None else stamp - UNITS[unit] * count


@scalar("CONVERT_TZ", "TIMESTAMP, STRING, STRING -> TIMESTAMP")
def convert_tz(stamp: int | None, source: str | None, target: str | None) -> int | None:
    """A TIMESTAMP shifted by the difference of two zones."""
    if stamp is None or source is None or target is None:
        return None
    moment = to_datetime(stamp)
    offsets = [moment.astimezone(zone(name)).utcoffset() or timedelta() for name in (target, source)]
    return stamp + int((offsets[0] - offsets[1]).total_seconds() * 1000)
