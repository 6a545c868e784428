"""Functions of DATE and TIME."""

import time
from collections.abc import Mapping
from typing import Any, Final

from embedded.ksql.expressions.instants import DAY_MS
from embedded.ksql.functions.fastdate import date_parser
from embedded.ksql.functions.patterns import pattern
from embedded.ksql.functions.registry import scalar
from embedded.ksql.functions.timestamps import check_pattern
from embedded.ksql.language.stream import UNITS

_NANOS: Final = 2**63 - 1


def _check(literals: Mapping[int, Any]) -> None:
    """Refuses a constant pattern of PARSE_DATE that is not supported."""
    if isinstance(literals.get(1), str):
        date_parser(literals[1])


@scalar("PARSE_DATE", "STRING, STRING -> DATE", literal=_check)
def parse_date(text: str | None, format_: str | None) -> int | None:
    """A DATE from text by a pattern."""
    return None if text is None or format_ is None else date_parser(format_)(text)


@scalar("STRINGTODATE", "STRING, STRING -> INTEGER", literal=check_pattern(1))
def string_to_date(text: str, format_: str) -> int:
    """Days since 1970 from text by a pattern."""
    return pattern(format_).parse_date(text)


@scalar("FORMAT_DATE", "DATE, STRING -> STRING", literal=check_pattern(1))
def format_date(day: int | None, format_: str | None) -> str | None:
    """A DATE as text by a pattern."""
    return None if day is None or format_ is None else pattern(format_).format_date(day)


@scalar("DATETOSTRING", "INTEGER, STRING -> STRING", literal=check_pattern(1))
def date_to_string(day: int, format_: str | None) -> str | None:
    """Days since 1970 as text by a pattern."""
    return None if format_ is None else pattern(format_).format_date(day)


@scalar("PARSE_TIME", "STRING, STRING -> TIME", literal=check_pattern(1))
def parse_time(text: str | None, format_: str | None) -> int | None:
    """A TIME from text by a pattern."""
    return None if text is None or format_ is None else pattern(format_).parse_time(text)


@scalar("FORMAT_TIME", "TIME, STRING -> STRING", literal=check_pattern(1))
def format_time(moment: int | None, format_: str | None) -> str | None:
    """A TIME as text by a pattern."""
    return None if moment is None or format_ is None else pattern(format_).format_time(moment)


def _days(ms: int) -> int:
    return abs(ms) // DAY_MS * (1 if ms >= 0 else -1)


@scalar("DATEADD", "INTERVAL, INTEGER, DATE -> DATE", safe=True)
def date_add(unit: str, count: int | None, day: int | None) -> int | None:
    """A DATE later by so many units; parts of a day are cut off."""
    return None if count is None or day is None else _days(day * DAY_MS + UNITS[unit] * count)


@scalar("DATESUB", "INTERVAL, INTEGER, DATE -> DATE", safe=True)
def date_sub(unit: str, count: int | None, day: int | None) -> int | None:
    """A DATE earlier by so many units; parts of a day are cut off."""
    return None if count is None or day is None else _days(day * DAY_MS - UNITS[unit] * count)


def _turned(moment: int, ms: int) -> int:
    """The time of day after `ms` more; Java counts nanoseconds, and no more of them than fit into a long."""
    nanos = max(-_NANOS, min(_NANOS, ms * 1_000_000))
    return (moment * 1_000_000 + nanos) // 1_000_000 % DAY_MS


@scalar("TIMEADD", "INTERVAL, INTEGER, TIME -> TIME", safe=True)
def time_add(unit: str, count: int | None, moment: int | None) -> int | None:
    """A TIME later by so many units, round the clock."""
    return None if count is None or moment is None else _turned(moment, UNITS[unit] * count)


@scalar("TIMESUB", "INTERVAL, INTEGER, TIME -> TIME", safe=True)
def time_sub(unit: str, count: int | None, moment: int | None) -> int | None:
    """A TIME earlier by so many units, round the clock."""
    return None if count is None or moment is None else _turned(moment, -UNITS[unit] * count)


@scalar("UNIX_DATE", "DATE -> INTEGER", safe=True)
def unix_date(day: int | None) -> int | None:
    """A DATE as days since 1970."""
    return day


@scalar("UNIX_DATE", " -> INTEGER", safe=True)
def unix_date_now() -> int:
    """Today, as days since 1970."""
    return int(time.time() // 86_400)


@scalar("FROM_DAYS", "INTEGER -> DATE", safe=True)
def from_days(days: int | None) -> int | None:
    """A DATE from days since 1970."""
    return days
