"""A moment as patterns show it: names of months and days, offsets, zones, and its numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
HALF: Final = 12
"""Hours of half a day."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time to be written: aware when the pattern may show its zone."""

    when: datetime
    nanos: int
    zone_name: str


def offset(moment: Moment, letters: str) -> str:
    """The offset from UTC as letters like X, xx or ZZZZZ show it."""
    delta = moment.when.utcoffset()
    seconds = int(delta.total_seconds()) if delta is not None else 0
    if (seconds == 0 and letters[0] == "X") or (seconds == 0 and letters == "ZZZZZ"):
        return "Z"
    sign = "-" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if letters in {"X", "x"} and minutes == 0:
        return f"{sign}{hours:02d}"
    return f"{sign}{hours:02d}{':' if letters in {'XXX', 'xxx', 'ZZZZZ'} else ''}{minutes:02d}"


def zone_name(moment: Moment, letters: str) -> str:
    """The zone as VV or z show it."""
    if letters == "VV":
        return moment.zone_name
    name = moment.when.tzname() or ""
    if not name.isalpha():
        return moment.zone_name
    return name


def number(moment: Moment, field: str) -> int:
    """A field that is written as a number."""
    when = moment.when
    ms = (when.hour * 3600 + when.minute * 60 + when.second) * 1000
    values = {
        "month": when.month, "day": when.day, "hour": when.hour, "minute": when.minute, "second": when.second,
        "hour12": (when.hour - 1) % HALF + 1, "hour11": when.hour % HALF, "hour24": when.hour or 24,
        "yearday": when.timetuple().tm_yday, "nano": moment.nanos,
        "nanoday": ms * 1_000_000 + moment.nanos, "milliday": ms + moment.nanos // 1_000_000,
    }  # fmt: skip
    return values[field]
