"""Splunk's time modifiers: `now`, `0`, epoch seconds, `-15m`, ISO 8601 or %m/%d/%Y:%H:%M:%S; in UTC."""

import re
from datetime import UTC, datetime
from typing import Final

from embedded.splunk.errors import SearchError

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
NAMES: Final = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
UNIT: Final = {name: unit for unit, names in NAMES.items() for name in names}
_RELATIVE: Final = re.compile(r"(?:(?P<sign>[+-])(?P<count>\d*)(?P<unit>[a-z]+))?(?:@(?P<snap>[a-z]+))?")
_FIRST_SUNDAY: Final = 3 * 86_400
"""Seconds from the epoch to the first Sunday, where Splunk's weeks begin."""


def epoch(text: str, now: float) -> float:
    """The epoch seconds that a time modifier means.

    Raises:
        SearchError: it is none of the forms above.
    """
    text = text.strip()
    if text == "now":
        return now
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    relative = _RELATIVE.fullmatch(text)
    if text and relative:
        return _relative(text, relative, now)
    for form in (datetime.fromisoformat, _american):
        try:
            moment = form(text)
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    raise SearchError(f"Invalid time modifier: '{text}'.")


def _american(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y:%H:%M:%S").replace(tzinfo=UTC)


def _relative(text: str, match: re.Match[str], now: float) -> float:
    moment = now
    if match["sign"]:
        amount = int(match["count"] or 1) * _seconds(match["unit"], text)
        moment += amount if match["sign"] == "+" else -amount
    if match["snap"]:
        unit = _seconds(match["snap"], text)
        first = _FIRST_SUNDAY if unit == SECONDS["w"] else 0
        moment = (moment - first) // unit * unit + first
    return moment


def _seconds(name: str, text: str) -> int:
    if name not in UNIT:
        raise SearchError(f"Invalid time modifier: '{text}'.")
    return SECONDS[UNIT[name]]
