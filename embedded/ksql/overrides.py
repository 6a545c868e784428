"""The properties that a request or SET may override: which there are, and which values of them."""

from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from embedded.ksql.settings import AUTO_OFFSET_RESET

_NAMES: Final = Path(__file__).with_name("properties.txt")
_KSQL: Final = "ksql."
_STREAMS: Final = "ksql.streams."
_FREE: Final = "ksql.functions."
"""What begins so may go on as it likes: a function's own settings."""

_NUMBERS: Final = frozenset({"cache.max.bytes.buffering", "commit.interval.ms"})
_FLAGS: Final = frozenset({"ksql.new.query.planner.enabled", "ksql.persistence.wrap.single.values"})
_RESETS: Final = frozenset({"earliest", "latest"})
_DENIED: Final = "ksql.service.id"
DENIED: Final = (
    "One or more properties overrides set locally are prohibited by the KSQL server denylist "
    f"(use UNSET to reset their default value): [{_DENIED}]"
)
"""What ksqlDB answers to a property that is the server's alone."""


class Session(ChainMap[str, object]):
    """The properties that the statements of one call have: the call's overrides, over the engine's own."""

    @property
    def overrides(self) -> dict[str, object]:
        """A copy of the call's own, which alone SET and UNSET change."""
        return dict(self.maps[0])


@cache
def _names() -> dict[str, frozenset[str]]:
    """The names of properties, by whose they are: the first words of `properties.txt`."""
    lines = [line.split() for line in _NAMES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return {whose: frozenset(name for by, name in lines if by == whose) for whose, _ in lines}


def without_prefix(name: str) -> str:
    """The name that Kafka has for a property."""
    return name.removeprefix(_STREAMS)


def is_known(name: str) -> bool:
    """Whether a property is anybody's: ksqlDB's, or that of a client which `ksql.streams.` may precede."""
    names = _names()
    if name.startswith(_KSQL) and not name.startswith(_STREAMS):
        return name in names["ksql"] or name.startswith(_FREE)
    plain = without_prefix(name)
    whose, _, rest = plain.partition(".")
    if whose in {"consumer", "producer", "topic"} and rest in names[whose]:
        return True
    return name in names["request"] or any(plain in names[by] for by in ("streams", "consumer", "producer"))


def is_denied(name: str) -> bool:
    """Whether a property is the server's alone."""
    return name == _DENIED


def is_fit(name: str, value: Any) -> bool:
    """Whether a property can have a value. Only those are looked at that mean something here."""
    plain, text = without_prefix(name), str(value)
    if plain == AUTO_OFFSET_RESET:
        return text in _RESETS
    if plain in _FLAGS:
        return text.lower() in {"true", "false"}
    return plain not in _NUMBERS or text.strip().isdecimal()


def reset(properties: Mapping[str, object]) -> str:
    """Where a query with these properties begins to read: `earliest` or `latest`."""
    named = properties.get(f"{_STREAMS}{AUTO_OFFSET_RESET}", properties.get(AUTO_OFFSET_RESET, "latest"))
    return str(named).lower()
