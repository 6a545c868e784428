"""COLLECT_LIST, COLLECT_SET, HISTOGRAM and ATTR."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.functions.registry import Aggregate, aggregate
from embedded.ksql.types import Type

_HISTOGRAM_LIMIT: Final = 1000
_NO_LIMIT: Final = 2**31 - 1


def _limit(properties: Mapping[str, object], name: str) -> int:
    value = properties.get(f"ksql.functions.{name}.limit")
    if value is None:
        return _NO_LIMIT
    try:
        limit = int(str(value))
    except ValueError as error:
        raise InvalidError(f"ksql.functions.{name}.limit is no whole number: {value}") from error
    return limit if limit >= 0 else _NO_LIMIT


@aggregate("COLLECT_LIST", "T -> ARRAY<T>")
def collect_list(
    kinds: Sequence[Type | None], _: Sequence[Any], properties: Mapping[str, object]
) -> Aggregate:
    """All values, nulls included, in order."""
    limit = _limit(properties, "collect_list")

    def undo(state: list[Any], value: Any) -> list[Any]:
        for i in range(len(state) - 1, -1, -1):
            if state[i] == value:
                return state[:i] + state[i + 1 :]
        return state

    return Aggregate(
        types.array(kinds[0] or types.STRING),
        list,
        lambda state, value: [*state, value] if len(state) < limit else state,
        merge=lambda one, two: one + two[: max(limit - len(one), 0)],
        undo=undo,
    )


@aggregate("COLLECT_SET", "T -> ARRAY<T>")
def collect_set(
    kinds: Sequence[Type | None], _: Sequence[Any], properties: Mapping[str, object]
) -> Aggregate:
    """All different values, null included, in the order of their first occurrence."""
    limit = _limit(properties, "collect_set")

    def add(state: list[Any], value: Any) -> list[Any]:
        return state if len(state) >= limit or value in state else [*state, value]

    def merge(one: list[Any], two: list[Any]) -> list[Any]:
        for value in two:
            one = add(one, value)
        return one

    return Aggregate(
        types.array(kinds[0] or types.STRING),
        list,
        add,
        merge=merge,
        text="{s} if {v} in {s} else {add}({s}, {v})",
    )


@aggregate("HISTOGRAM", "STRING -> MAP<STRING, BIGINT>")
def histogram(_: Sequence[Type | None], __: Sequence[Any], ___: Mapping[str, object]) -> Aggregate:
    """How often each value occurs, for the first thousand values."""

    def moved(state: dict[Any, int], value: Any, by: int) -> dict[Any, int]:
        if value is None:
            # ksqlDB's state has text for keys: a null is in it as "null", and counts once.
            value, by = "null", 0 if "null" in state else 1
        if value not in state and len(state) >= _HISTOGRAM_LIMIT:
            return state
        return {**state, value: state.get(value, 0) + by}

    def undo(state: dict[Any, int], value: Any) -> dict[Any, int]:
        left = {**state, value: state.get(value, 0) - 1}
        return {key: number for key, number in left.items() if number > 0 or key != value}

    def merge(one: dict[Any, int], two: dict[Any, int]) -> dict[Any, int]:
        for value, number in two.items():
            one = moved(one, value, number)
        return one

    return Aggregate(
        types.map_of(types.STRING, types.BIGINT),
        dict,
        lambda state, value: moved(state, value, 1),
        merge=merge,
        undo=undo,
    )


@aggregate("ATTR", "T -> T")
def attr(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The one value that all rows have, else null."""

    def moved(state: list[Any], value: Any, by: int) -> list[Any]:
        found = [i for i, (known, _) in enumerate(state) if known == value]
        if not found:
            return [*state, (value, by)] if by > 0 else state
        at = found[0]
        return [*state[:at], (value, max(0, state[at][1] + by)), *state[at + 1 :]]

    def result(state: list[Any]) -> Any:
        present = [value for value, number in state if number > 0]
        return present[0] if len(present) == 1 else None

    def merge(one: list[Any], two: list[Any]) -> list[Any]:
        for value, number in two:
            one = moved(one, value, number)
        return one

    return Aggregate(
        kinds[0] or types.STRING,
        list,
        lambda state, value: moved(state, value, 1),
        result,
        merge,
        lambda state, value: moved(state, value, -1),
    )
