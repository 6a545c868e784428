"""The properties that come with a request, looked at before its statements, as ksqlDB does."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from embedded.ksql.server.errors import BAD_REQUEST, ApiError
from embedded.ksql.settings import AUTO_OFFSET_RESET

_NAMES: Final = Path(__file__).with_name("properties.txt")
_STREAMS: Final = "ksql.streams."
_FREE: Final = ("ksql.functions.", "topic.")
"""What begins so may go on as it likes: a function's own settings, and a topic's."""

_NUMBERS: Final = frozenset({"cache.max.bytes.buffering", "commit.interval.ms"})
_RESETS: Final = frozenset({"earliest", "latest"})
_FIXED: Final = "bootstrap.servers"
_DENIED: Final = "ksql.service.id"


@cache
def _names() -> dict[str, frozenset[str]]:
    """The names of properties, by whose they are: `ksql`, `streams`, `consumer` and `producer`."""
    lines = [line.split() for line in _NAMES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return {whose: frozenset(name for by, name in lines if by == whose) for whose, _ in lines}


def _is_known(name: str) -> bool:
    names = _names()
    plain = name.removeprefix(_STREAMS)
    whose, _, rest = plain.partition(".")
    if whose in {"consumer", "producer"} and rest in names[whose]:
        return True
    return plain.startswith(_FREE) or name in names["ksql"] or any(plain in of for of in names.values())


def _is_fit(name: str, value: Any) -> bool:
    plain = name.removeprefix(_STREAMS)
    if plain == AUTO_OFFSET_RESET:
        return str(value).lower() in _RESETS
    if plain in _NUMBERS:
        return str(value).strip().isdecimal()
    return plain != _FIXED


def check(properties: Mapping[str, Any], unknown: int, statement: str | None = None) -> None:
    """Refuse properties that ksqlDB refuses. Of values, only those are looked at that mean something here.

    Args:
        properties: the request's.
        unknown: the error code for a name that is nobody's; ksqlDB has another for each endpoint.
        statement: the request's statements, if the answer to such a name tells them.

    Raises:
        ApiError: one of them is not known, not to be set, or has a value that it cannot have.
    """
    for name, value in properties.items():
        if not _is_fit(name, value):
            raise ApiError(BAD_REQUEST, f"Failed to coerce type of value '{value}' for key '{name}'")
    if _DENIED in properties:
        message = (
            "One or more properties overrides set locally are prohibited by the KSQL server denylist "
            f"(use UNSET to reset their default value): [{_DENIED}]"
        )
        raise ApiError(BAD_REQUEST, message)
    for name in properties:
        if not _is_known(name):
            message = f"Not recognizable as ksql, streams, consumer, or producer property: '{name}'"
            raise ApiError(unknown, message, statement)
