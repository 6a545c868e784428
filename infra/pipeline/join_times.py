"""How far apart in time a flow and an endpoint event may be and still be joined, as ksql/ defines it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.errors import ConfigurationError
from infra.pipeline.ksql.lexing import split
from infra.pipeline.ksql.variables import Session

WINDOW: Final = "attribution_window"
GRACE: Final = "attribution_grace"
"""The variables that the files of ksql/ DEFINE."""

_UNITS: Final = {"MILLISECOND": 0.001, "SECOND": 1.0, "MINUTE": 60.0, "HOUR": 3600.0, "DAY": 86_400.0}
"""ksqlDB's units of time, in seconds."""


@dataclass(frozen=True, kw_only=True)
class JoinTimes:
    """Both in seconds: how far apart the two may be, and how late either may come."""

    window: float
    grace: float


def read(folder: Path, overrides: Mapping[str, str]) -> JoinTimes:
    """The times that the .ksql files of a folder define, or their overrides.

    Raises:
        ConfigurationError: one is not defined, or no duration.
    """
    session = Session({name.lower(): value for name, value in overrides.items()})
    for path in sorted(folder.glob("*.ksql")):
        for statement in split(path.name, path.read_text(encoding="utf-8")):
            session.take(statement)
    return JoinTimes(window=_seconds(session, WINDOW), grace=_seconds(session, GRACE))


def _seconds(session: Session, name: str) -> float:
    value = session.variables.get(name, "")
    found = re.fullmatch(r"\s*(\d+)\s+([A-Z]+?)S?\s*", value, re.IGNORECASE)
    if found is None or found[2].upper() not in _UNITS:
        raise ConfigurationError(
            f"the KSQL variable {name} is {value!r}, which is no duration",
            "Write it as '60 SECONDS' or '24 HOURS'.",
        )
    return int(found[1]) * _UNITS[found[2].upper()]
