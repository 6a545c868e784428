"""A point in time as people write it: an age, or a date with a time; and what lies between two of them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


@dataclass(frozen=True, kw_only=True)
class Span:
    """A span of event time in seconds since 1970, from `since` to before `until`; None is without end."""

    since: float | None = None
    until: float | None = None

    def holds(self, at: float) -> bool:
        """Whether a moment lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


EVER: Final = Span()


def parse(text: str, now: float) -> float:
    """Seconds since 1970 of `90s`, `15m`, `2h` or `1d` before now, or of an ISO 8601 time.

    A time without a zone is UTC, as Zeek's and Sysmon's are.

    Raises:
        ValueError: it is neither.
    """
    if age := _AGE.fullmatch(text.strip()):
        return now - float(age[1]) * _SECONDS[age[2]]
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is neither an age such as 15m, 2h or 1d, nor a time in ISO 8601"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
