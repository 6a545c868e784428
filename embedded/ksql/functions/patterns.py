"""Patterns of java.time.format.DateTimeFormatter: reading and writing moments by them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.expressions.instants import from_datetime, last_day, to_datetime, zone
from embedded.ksql.functions.fields import Fields, check_clock, date_of, time_of, zone_of
from embedded.ksql.functions.moments import DAYS, HALF, MONTHS, Moment, number, offset, zone_name

_PIECE: Final = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|[^A-Za-z'\[\]]", re.DOTALL)
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1)
_NUMBERS: Final = {
    "M": "month", "L": "month", "d": "day", "H": "hour", "m": "minute", "s": "second", "h": "hour12",
    "K": "hour11", "k": "hour24", "D": "yearday", "n": "nano", "N": "nanoday", "A": "milliday",
}  # fmt: skip
_OFFSETS: Final = {
    "X": r"Z|[+-]\d\d(?:\d\d)?", "XX": r"Z|[+-]\d\d\d\d", "XXX": r"Z|[+-]\d\d:\d\d",
    "x": r"[+-]\d\d(?:\d\d)?", "xx": r"[+-]\d\d\d\d", "xxx": r"[+-]\d\d:\d\d",
    "Z": r"[+-]\d\d\d\d", "ZZ": r"[+-]\d\d\d\d", "ZZZ": r"[+-]\d\d\d\d", "ZZZZZ": r"Z|[+-]\d\d:\d\d",
}  # fmt: skip
_ZONES: Final = frozenset({"z", "zz", "zzz", "VV"})

_EPOCH_ORDINAL: Final = _EPOCH.toordinal()
_PLAIN: Final = ["year", "month", "day", "hour", "minute", "second"]
_SECONDS: Final = "yyyy-MM-dd HH:mm:ss"
_ISO: Final = frozenset({_SECONDS, f"{_SECONDS}.SSS"})
_UTC: Final = frozenset({None, "UTC", "Z", "GMT"})


@lru_cache(maxsize=1024)
def _day(year: str, month: str, day: str) -> int:
    """Days since 1970: most timestamps of a stream are of a few days."""
    y, m = int(year), int(month)
    return date(y, m, last_day(y, m, int(day))).toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    """A second since 1970 in UTC: what a stream tells of at one time lies in few."""
    return to_datetime(seconds * 1000).isoformat(" ")[: len(_SECONDS)]


class Pattern:
    """A compiled pattern.

    Raises:
        UnsupportedError: it has letters that this engine does not know, or is wrong.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._writers: list[Callable[[Moment], str]] = []
        self._count = 0
        expression = "".join(self._piece(match) for match in self._pieces(text))
        try:
            self._regex = re.compile(expression, re.IGNORECASE | re.ASCII)
        except re.error as error:
            raise self._unsupported(text) from error
        names = [name.split("__")[0] for name in self._regex.groupindex]
        plain = names in (_PLAIN, [*_PLAIN, "fraction"])
        self._plain = tuple(range(1, len(_PLAIN) + 1)) if plain and "[" not in text else None

    def _unsupported(self, what: str) -> UnsupportedError:
        return UnsupportedError(
            f"'{what}' in the date pattern {self._text!r} is not supported", feature="date pattern"
        )

    def _pieces(self, text: str) -> list[re.Match[str]]:
        found = list(_PIECE.finditer(text))
        if sum(len(match.group()) for match in found) != len(text):
            raise self._unsupported(text)
        return found

    def _group(self, field: str, expression: str) -> str:
        self._count += 1
        return f"(?P<{field}__{self._count}>{expression})"

    def _piece(self, match: re.Match[str]) -> str:
        whole = match.group()
        if whole[0] == "'":
            literal = "'" if whole == "''" else match[1].replace("''", "'")
            self._writers.append(lambda _: literal)
            return re.escape(literal)
        if whole in {"[", "]"}:
            return "(?:" if whole == "[" else ")?"
        if not match[2]:
            self._writers.append(lambda _: whole)
            return re.escape(whole)
        return self._letters(whole)

    def _letters(self, letters: str) -> str:  # noqa: PLR0911 - a branch for each case
        letter, count = letters[0], len(letters)
        if letter in {"y", "u"}:
            return self._year(count)
        if (letter in {"M", "L", "E"} and count in {3, 4}) or letters in {"E", "EE"}:
            return self._name(letter, count)
        if letter in _NUMBERS and (count <= 2 or letter in {"D", "n", "N", "A"}):  # noqa: PLR2004 - two digits
            field = _NUMBERS[letter]
            self._writers.append(lambda moment: str(number(moment, field)).rjust(count, "0"))
            width = r"\d{1,19}" if count == 1 else rf"\d{{{count}}}" if count == 2 else rf"\d{{{count},19}}"  # noqa: PLR2004
            return self._group(field, width)
        if letter == "S":
            self._writers.append(lambda moment: f"{moment.nanos:09d}".ljust(count, "0")[:count])
            return self._group("fraction", rf"\d{{{count}}}")
        if letters == "a":
            self._writers.append(lambda moment: "AM" if moment.when.hour < HALF else "PM")
            return self._group("half", "AM|PM")
        if letters in _OFFSETS:
            self._writers.append(lambda moment: offset(moment, letters))
            return self._group("offset", _OFFSETS[letters])
        if letters in _ZONES:
            self._writers.append(lambda moment: zone_name(moment, letters))
            return self._group("zone", r"[A-Za-z][A-Za-z0-9_/+:-]*")
        if letters == "G":
            self._writers.append(lambda _: "AD")
            return self._group("era", "AD")
        raise self._unsupported(letters)

    def _year(self, count: int) -> str:
        if count == 2:  # noqa: PLR2004 - a year of two digits
            self._writers.append(lambda moment: f"{moment.when.year % 100:02d}")
            return self._group("shortyear", r"\d{2}")
        self._writers.append(lambda moment: str(moment.when.year).rjust(count, "0"))
        return self._group("year", r"-?\d{1,19}" if count == 1 else rf"[+-]?\d{{{count},10}}")

    def _name(self, letter: str, count: int) -> str:
        names = DAYS if letter == "E" else MONTHS
        full = count == 4  # noqa: PLR2004 - four letters are the full name
        shown = [name if full else name[:3] for name in names]
        place: Callable[[Moment], int] = (
            (lambda moment: moment.when.weekday())
            if letter == "E"
            else (lambda moment: moment.when.month - 1)
        )
        self._writers.append(lambda moment: shown[place(moment)])
        return self._group("weekday" if letter == "E" else "monthname", "|".join(shown))

    def _write(self, moment: Moment) -> str:
        return "".join(write(moment) for write in self._writers)

    def _read(self, text: str) -> Fields:
        match = self._regex.fullmatch(text)
        if match is None:
            raise ValueError(f"Text '{text}' could not be parsed by the pattern '{self._text}'")
        return {name.split("__")[0]: found for name, found in match.groupdict().items() if found is not None}

    def format_timestamp(self, ms: int, zone_id: str) -> str:
        """A TIMESTAMP as text in a zone; ValueError for an unknown zone."""
        if self._text in _ISO and zone_id in _UTC:
            written = _second(ms // 1000)
            return written if self._text == _SECONDS else f"{written}.{ms % 1000:03d}"
        when = to_datetime(ms).astimezone(zone(zone_id))
        return self._write(Moment(when, ms % 1000 * 1_000_000, zone_id))

    def format_date(self, days: int) -> str:
        """A DATE as text; ValueError when the pattern shows a time."""
        if re.search(r"[HhKkmsSnNAaXxZzVO]", re.sub(r"'[^']*'", "", self._text)):
            raise ValueError("Unsupported field: the pattern shows a time")
        day = _EPOCH + timedelta(days=days)
        return self._write(Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), 0, "UTC"))

    def format_time(self, ms: int) -> str:
        """A TIME as text; ValueError when the pattern shows a date."""
        if re.search(r"[yuMLdDEGXxZzVOQqwWYecF]", re.sub(r"'[^']*'", "", self._text)):
            raise ValueError("Unsupported field: the pattern shows a date")
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
        return self._write(Moment(when, ms % 1000 * 1_000_000, "UTC"))

    def parse_timestamp(self, text: str, zone_id: str | None) -> int:
        """A TIMESTAMP from text; what the text lacks is as at the beginning of 1970, its zone `zone_id`.

        Raises:
            ValueError: the text does not fit the pattern.
        """
        if self._plain is not None and zone_id in _UTC:
            match = self._regex.fullmatch(text)
            if match is not None:
                return self._plain_timestamp(match)
        fields = self._read(text)
        where = zone_of(fields) or zone(zone_id or "UTC")
        day = date_of(fields)
        ms = time_of(fields)
        local = datetime(day.year, day.month, day.day, tzinfo=where) + timedelta(milliseconds=ms)
        return from_datetime(local.astimezone(UTC))

    def _plain_timestamp(self, match: re.Match[str]) -> int:
        assert self._plain is not None  # noqa: S101 - the caller has looked
        year, month, day, hours, minutes, seconds, *rest = match.groups()
        hour, minute, second = int(hours), int(minutes), int(seconds)
        ms = 0
        if rest:
            ms = int(rest[0].ljust(3, "0")[:3])
        if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock's limits
            check_clock(hour, minute, second, rest[0] if rest else "0")
        days = _day(year, month, day)
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms

    def parse_date(self, text: str) -> int:
        """A DATE from text; ValueError when it does not fit, or has a time."""
        fields = self._read(text)
        if time_of(fields) != 0:
            raise ValueError("Date format contains time field.")
        return (date_of(fields) - _EPOCH).days

    def parse_time(self, text: str) -> int:
        """A TIME from text; ValueError when it does not fit, or has a date."""
        fields = self._read(text)
        if fields.keys() & {"year", "shortyear", "month", "monthname", "day", "yearday", "weekday", "era"}:
            raise ValueError("Time format contains date field.")
        if not fields.keys() & {"hour", "hour12", "hour11", "hour24", "nanoday", "milliday"}:
            raise ValueError("Unable to obtain LocalTime")
        return time_of(fields) % _DAY_MS


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """The compiled pattern of a text, kept for the next time.

    Raises:
        UnsupportedError: as for `Pattern`.
    """
    return Pattern(text)
