"""TOPK and TOPKDISTINCT."""

from collections.abc import Mapping, Sequence
from typing import Any

from embedded.ksql import types
from embedded.ksql.functions.registry import Aggregate, aggregate
from embedded.ksql.types import Type

_DISTINCT = ("INTEGER", "BIGINT", "DOUBLE", "STRING", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "BYTES")


@aggregate(
    "TOPK",
    *(f"{kind}, ANY..., INTEGER -> ARRAY<{kind}>" for kind in ("INTEGER", "BIGINT", "DOUBLE", "STRING")),
    initial=1,
)
def topk(kinds: Sequence[Type | None], given: Sequence[Any], _: Mapping[str, object]) -> Aggregate:
    """The k largest values, with other columns of their rows when asked for."""
    size = given[0]
    columns = [kind or types.STRING for kind in kinds[:-1]]
    whole = len(columns) > 1
    item: Type = columns[0]
    if whole:
        names = ["sort_col", *(f"col{i}" for i in range(len(columns) - 1))]
        item = types.struct(*zip(names, columns, strict=True))

    def rank(entry: Any) -> Any:
        return entry[0] if whole else entry

    def add(state: list[Any], value: Any, *others: Any) -> list[Any]:
        if value is None:
            return state
        if len(state) == size and state and value <= rank(state[-1]):
            return state
        entry = (value, *others) if whole else value
        kept = state[:-1] if len(state) == size else state
        return sorted([*kept, entry], key=rank, reverse=True)

    def merge(one: list[Any], two: list[Any]) -> list[Any]:
        return sorted([*one, *two], key=rank, reverse=True)[:size]

    return Aggregate(types.array(item), list, add, merge=merge)


@aggregate("TOPKDISTINCT", *(f"{kind}, INTEGER -> ARRAY<{kind}>" for kind in _DISTINCT), initial=1)
def topk_distinct(kinds: Sequence[Type | None], given: Sequence[Any], _: Mapping[str, object]) -> Aggregate:
    """The k largest different values."""
    size = given[0]

    def add(state: list[Any], value: Any) -> list[Any]:
        if value is None or value in state or (len(state) == size and state and value <= state[-1]):
            return state
        return sorted([*(state[:-1] if len(state) == size else state), value], reverse=True)

    def merge(one: list[Any], two: list[Any]) -> list[Any]:
        return sorted({*one, *two}, reverse=True)[:size]

    return Aggregate(types.array(kinds[0] or types.INTEGER), list, add, merge=merge)
