"""Events as a table: the same columns for each, and one type a column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

Kind = Literal["bool", "int", "float", "text"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field of all events; None where an event has none. Lists and objects are JSON text."""

    name: str
    kind: Kind
    values: Sequence[Any]


def columns(events: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns of events, in the order in which fields first appear."""
    names = dict.fromkeys(name for event in events for name in event)
    return [_column(name, [event.get(name) for event in events]) for name in names]


def _column(name: str, values: Sequence[Any]) -> Column:
    kind = _kind([value for value in values if value is not None])
    if kind == "text":
        values = [value if value is None or isinstance(value, str) else _json(value) for value in values]
    elif kind == "float":
        values = [None if value is None else float(value) for value in values]
    return Column(name=name, kind=kind, values=values)


def _kind(values: Sequence[Any]) -> Kind:
    if not values:
        return "text"
    if all(isinstance(value, bool) for value in values):
        return "bool"
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return "text"
    return "int" if all(isinstance(value, int) for value in values) else "float"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
