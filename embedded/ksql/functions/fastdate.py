"""PARSE_DATE's patterns: those of Apache Commons' FastDateFormat, which is lenient about most things."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.functions.moments import MONTHS

_PIECE: Final = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']", re.DOTALL)
_NUMBERS: Final = {
    "y": "year", "M": "month", "d": "day", "D": "yearday",
    "H": "hour", "m": "minute", "s": "second", "S": "ms",
}  # fmt: skip
_FIRST_GREGORIAN: Final = 1583
_EPOCH: Final = date(1970, 1, 1)
_NAMED: Final = 3

Fields = dict[str, int]
Strategy = Callable[[str, int, Fields], int]
"""Reads a field from text at a place; returns the place after it."""


def _number(field: str, width: int, *, abbreviated: bool) -> Strategy:
    def read(text: str, at: int, fields: Fields) -> int:
        if not width:
            while at < len(text) and text[at].isspace():
                at += 1
        end = at
        while end < len(text) and text[end].isdigit() and (not width or end < at + width):
            end += 1
        if end == at:
            raise ValueError(f"Unparseable date: {text!r}")
        value = int(text[at:end])
        if abbreviated and value < 100:  # noqa: PLR2004 - a year of two digits
            century = datetime.now(UTC).year - 80
            value += century // 100 * 100
            value += 100 if value < century else 0
        fields[field] = value
        return end

    return read


def _month(text: str, at: int, fields: Fields) -> int:
    for long in (True, False):
        for number, name in enumerate(MONTHS, 1):
            shown = name if long else name[:_NAMED]
            if text[at : at + len(shown)].lower() == shown.lower():
                fields["month"] = number
                return at + len(shown)
    raise ValueError(f"Unparseable date: {text!r}")


def _literal(expected: str) -> Strategy:
    def read(text: str, at: int, _: Fields) -> int:
        if not text.startswith(expected, at):
            raise ValueError(f"Unparseable date: {text!r}")
        return at + len(expected)

    return read


@lru_cache(maxsize=1024)
def date_parser(text: str) -> Callable[[str], int]:
    """The function that reads a DATE; it raises ValueError for text that does not fit, or has a time.

    Raises:
        UnsupportedError: the pattern has letters that this engine does not know here.
    """
    pieces = [match.group() for match in _PIECE.finditer(text)]
    if sum(map(len, pieces)) != len(text):
        raise UnsupportedError(f"the date pattern {text!r} is not supported", feature="date pattern")
    strategies: list[Strategy] = []
    for i, piece in enumerate(pieces):
        if piece[0] == "'":
            strategies.append(_literal("'" if piece == "''" else piece[1:-1].replace("''", "'")))
        elif not piece[0].isalpha():
            strategies.append(_literal(piece))
        elif piece[0] == "M" and len(piece) >= _NAMED:
            strategies.append(_month)
        elif piece[0] in _NUMBERS:
            following = pieces[i + 1] if i + 1 < len(pieces) else ""
            width = len(piece) if _is_number(following) else 0
            short = piece[0] == "y" and len(piece) < _NAMED
            strategies.append(_number(_NUMBERS[piece[0]], width, abbreviated=short))
        else:
            raise UnsupportedError(
                f"'{piece}' in the date pattern {text!r} is not supported", feature="date pattern"
            )

    def parse(value: str) -> int:
        fields: Fields = {}
        at = 0
        for strategy in strategies:
            at = strategy(value, at, fields)
        return _days(fields)

    return parse


def _is_number(piece: str) -> bool:
    return piece[:1] in _NUMBERS and not (piece[0] == "M" and len(piece) >= _NAMED)


def _days(fields: Fields) -> int:
    """Days since 1970: what is beyond a month or a day is carried on, as a lenient calendar does."""
    ms = (
        fields.get("hour", 0) * 3_600_000
        + fields.get("minute", 0) * 60_000
        + fields.get("second", 0) * 1000
        + fields.get("ms", 0)
    )
    carried, rest = divmod(ms, 86_400_000)
    if rest:
        raise ValueError("Date format contains time field.")
    months = fields.get("month", 1) - 1
    year = fields.get("year", 1970) + months // 12
    if year < _FIRST_GREGORIAN:
        raise ValueError("dates before the Gregorian calendar are not supported")
    first = date(year, 1, 1) if "yearday" in fields else date(year, months % 12 + 1, 1)
    after = fields.get("yearday", fields.get("day", 1)) - 1
    return (first + timedelta(days=after + carried) - _EPOCH).days
