"""Dates, times and timestamps as KSQL's casts read and write them (all UTC).

DATE is days since 1970, TIME milliseconds since midnight, TIMESTAMP milliseconds since 1970.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH_DAY: Final = date(1970, 1, 1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS: Final = 86_400_000
_TIME: Final = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?")
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_STAMP: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})")
_OFFSET: Final = re.compile(r"([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?")
_TIME_PATTERN: Final = "00:00:00.000"


def zone(name: str) -> timezone | ZoneInfo:
    """A time zone by its Java id (`UTC`, `Z`, `+01:00`, `GMT+2`, `Europe/Berlin`).

    Raises:
        ValueError: no such zone.
    """
    bare = name
    for prefix in ("UTC", "GMT", "UT"):
        if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1] in {"+", "-"}:
            bare = name[len(prefix) :]
    match = _OFFSET.fullmatch(bare)
    if match is not None:
        sign, hours, minutes, seconds = match.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
        return timezone(-delta if sign == "-" else delta)
    if name in {"Z", "UTC", "GMT", "UT"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"Unknown time-zone ID: {name}") from error


def to_datetime(ms: int) -> datetime:
    """A TIMESTAMP as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def from_datetime(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970, rounded down."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def last_day(year: int, month: int, day: int) -> int:
    """`day`, or the last day of a month that has fewer than 31: so Java's parsers take the 31st of June."""
    if day <= 28 or day > 31:  # noqa: PLR2004 - every month has 28 days, none more than 31
        return day
    return min(day, monthrange(year, month)[1])


def parse_timestamp(text: str) -> int:
    """A TIMESTAMP from `yyyy-MM-ddTHH:mm:ss.SSS`, partial and with a numeric zone or Z.

    Raises:
        ValueError: the text is not one.
    """
    day, _, rest = text.partition("T")
    if not _:
        parts = day.split("-")
        day += {1: "-01-01", 2: "-01"}.get(len(parts), "")
    sign_at = rest.find("+") if "+" in rest else rest.find("-")
    offset = rest[sign_at:] if sign_at >= 0 else ""
    clock = rest[: len(rest) - len(offset)].removesuffix("Z")
    clock += _TIME_PATTERN[len(clock) :]
    match = _STAMP.fullmatch(f"{day}T{clock}")
    if match is None:
        raise ValueError(f"Failed to parse timestamp '{text}'")
    y, mo, d, h, mi, s, ms = map(int, match.groups())
    tz = zone(offset) if offset.strip() else UTC
    return from_datetime(datetime(y, mo, last_day(y, mo, d), h, mi, s, ms * 1000, tzinfo=tz))


def format_timestamp(ms: int) -> str:
    """A TIMESTAMP as `yyyy-MM-ddTHH:mm:ss.SSS`."""
    moment = to_datetime(ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}"


def parse_date(text: str) -> int:
    """A DATE from `yyyy-MM-dd`, `yyyy-MM` or `yyyy`.

    Raises:
        ValueError: the text is not one.
    """
    complete = text + {1: "-01-01", 2: "-01"}.get(len(text.split("-")), "")
    match = _DATE.fullmatch(complete)
    if match is None:
        raise ValueError(f"Failed to parse date '{text}'")
    return (date(*map(int, match.groups())) - _EPOCH_DAY).days


def format_date(days: int) -> str:
    """A DATE as `yyyy-MM-dd`."""
    return (_EPOCH_DAY + timedelta(days=days)).isoformat()


def parse_time(text: str) -> int:
    """A TIME from `HH:mm[:ss[.SSS]]`.

    Raises:
        ValueError: the text is not one.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"Failed to parse time '{text}'")
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004 - a clock's limits
        raise ValueError(f"Failed to parse time '{text}'")
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((match[4] or "").ljust(3, "0")[:3])


def format_time(ms: int) -> str:
    """A TIME as `HH:mm` or `HH:mm:ss` (java.time.LocalTime.toString, fractions dropped)."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def timestamp_to_date(ms: int) -> int:
    """The day of a TIMESTAMP."""
    return ms // DAY_MS


def timestamp_to_time(ms: int) -> int:
    """The time of day of a TIMESTAMP."""
    return ms % DAY_MS
