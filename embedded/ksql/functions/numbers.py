"""SUM, AVG, MIN, MAX, standard deviation and correlation."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context
from decimal import Decimal as Exact
from typing import Any

from embedded.ksql import types
from embedded.ksql.expressions.arithmetic import double_div, i32, i64
from embedded.ksql.functions.registry import Aggregate, aggregate
from embedded.ksql.types import Array, Decimal, Type

_COMPARABLE = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES")
_WRAP: dict[str, Callable[[Any], Any]] = {"INTEGER": i32, "BIGINT": i64, "DOUBLE": float}


def _sum(kind: Type) -> Aggregate:
    if isinstance(kind, Decimal):
        context = Context(prec=kind.precision, rounding=ROUND_HALF_UP)
        limit = Exact(10) ** (kind.precision - kind.scale)

        def fit(total: Exact) -> Exact:
            if abs(total) >= limit:
                raise OverflowError(f"Numeric field overflow: {total} does not fit {kind}")
            return total

        return Aggregate(
            kind,
            lambda: Exact(0),
            lambda state, value: state if value is None else fit(context.add(state, value)),
            merge=context.add,
            undo=lambda state, value: state if value is None else context.subtract(state, value),
        )
    wrap = _WRAP[kind.name]
    return Aggregate(
        kind,
        lambda: wrap(0),
        lambda state, value: state if value is None else wrap(state + value),
        merge=lambda one, two: wrap(one + two),
        undo=lambda state, value: state if value is None else wrap(state - value),
    )


@aggregate("SUM", "INTEGER -> INTEGER", "BIGINT -> BIGINT", "DOUBLE -> DOUBLE", "DECIMAL -> DECIMAL")
def total(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The sum."""
    return _sum(kinds[0] or types.INTEGER)


@aggregate("SUM_LIST", "ARRAY<INTEGER> -> INTEGER", "ARRAY<BIGINT> -> BIGINT", "ARRAY<DOUBLE> -> DOUBLE")
def total_of_lists(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The sum of all items of arrays."""
    kind = kinds[0]
    inner = _sum(kind.item if isinstance(kind, Array) else types.INTEGER)

    def each(change: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def apply(state: Any, values: Any) -> Any:
            for value in values or ():
                state = change(state, value)
            return state

        return apply

    assert inner.undo is not None  # noqa: S101 - sums have one
    return Aggregate(inner.returns, inner.initial, each(inner.add), merge=inner.merge, undo=each(inner.undo))


@aggregate("AVG", "INTEGER -> DOUBLE", "BIGINT -> DOUBLE", "DOUBLE -> DOUBLE")
def average(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The mean; 0 of nothing."""
    wrap = _WRAP[(kinds[0] or types.INTEGER).name]
    return Aggregate(
        types.DOUBLE,
        lambda: (wrap(0), 0),
        lambda state, value: state if value is None else (wrap(state[0] + value), state[1] + 1),
        result=lambda state: state[0] / float(state[1]) if state[1] else 0.0,
        merge=lambda one, two: (wrap(one[0] + two[0]), one[1] + two[1]),
        undo=lambda state, value: state if value is None else (wrap(state[0] - value), state[1] - 1),
    )


def _extreme(kind: Type, better: Callable[[Any, Any], bool], operator: str) -> Aggregate:
    def add(state: Any, value: Any) -> Any:
        if value is None or (state is not None and not better(value, state)):
            return state
        return value

    kept = f"{{v}} is {{s}} or {{v}} is None or {{s}} is not None and not {{v}} {operator} {{s}}"
    return Aggregate(
        kind, lambda: None, add, merge=lambda one, two: add(two, one), text=f"{{s}} if {kept} else {{v}}"
    )


@aggregate("MAX", *(f"{kind} -> {kind}" for kind in _COMPARABLE))
def largest(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The largest value."""
    return _extreme(kinds[0] or types.INTEGER, lambda new, old: bool(new > old), ">")


@aggregate("MIN", *(f"{kind} -> {kind}" for kind in _COMPARABLE))
def smallest(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The smallest value."""
    return _extreme(kinds[0] or types.INTEGER, lambda new, old: bool(new < old), "<")


def _deviation(kind: Type, result: Callable[[Any], float]) -> Aggregate:
    """State: (count, sum, M2), by the formulas of ksqlDB's StandardDeviation functions."""
    wrap = _WRAP[kind.name]
    whole = kind.name != "DOUBLE"

    def delta(state: Any, value: Any) -> float:
        return float(value * (state[0] + 1) - (state[1] + value))

    def add(state: Any, value: Any) -> Any:
        if value is None:
            return state
        count = state[0] + 1
        extra = delta(state, value) ** 2 / (count * (count - 1)) if count > 1 else 0.0
        return count, wrap(value + state[1]), extra + state[2]

    def undo(state: Any, value: Any) -> Any:
        if value is None:
            return state
        count = state[0] - 1
        less = delta(state, value) ** 2 / (count * (count + 1)) if count > 0 else 0.0
        return count, wrap(state[1] - value), state[2] - less

    def mean(state: Any) -> float:
        return float(int(state[1] / state[0])) if whole else state[1] / state[0]

    def merge(one: Any, two: Any) -> Any:
        count = one[0] + two[0]
        squares = one[2] + two[2]
        if one[0] and two[0]:
            squares += one[0] * two[0] * (mean(one) - mean(two)) ** 2 / count
        return count, wrap(one[1] + two[1]), squares

    return Aggregate(types.DOUBLE, lambda: (0, wrap(0), 0.0), add, result=result, merge=merge, undo=undo)


@aggregate("STDDEV_SAMP", "INTEGER -> DOUBLE", "BIGINT -> DOUBLE", "DOUBLE -> DOUBLE")
def variance_sample(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The sample variance: ksqlDB keeps this name for it."""
    return _deviation(kinds[0] or types.INTEGER, lambda s: s[2] / (s[0] - 1) if s[0] > 1 else 0.0)


@aggregate("STDDEV_SAMPLE", "INTEGER -> DOUBLE", "BIGINT -> DOUBLE", "DOUBLE -> DOUBLE")
def deviation_sample(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The sample standard deviation."""
    return _deviation(kinds[0] or types.INTEGER, lambda s: math.sqrt(s[2] / (s[0] - 1)) if s[0] > 1 else 0.0)


@aggregate(
    "CORRELATION", "INTEGER, INTEGER -> DOUBLE", "BIGINT, BIGINT -> DOUBLE", "DOUBLE, DOUBLE -> DOUBLE"
)
def correlation(_: Sequence[Type | None], __: Sequence[Any], ___: Mapping[str, object]) -> Aggregate:
    """Pearson's correlation of two columns."""

    def moved(sign: int) -> Callable[[Any, Any, Any], Any]:
        def apply(state: Any, x: Any, y: Any) -> Any:
            if x is None or y is None:
                return state
            x, y = float(x), float(y)
            parts = (x, y, x * x, y * y, x * y, 1)
            return tuple(total_ + sign * part for total_, part in zip(state, parts, strict=True))

        return apply

    def result(state: Any) -> float:
        x, y, xx, yy, xy, n = state
        top = n * xy - x * y
        below = math.sqrt(max((n * xx - x * x) * (n * yy - y * y), 0.0))
        return double_div(top, below)

    return Aggregate(
        types.DOUBLE,
        lambda: (0.0, 0.0, 0.0, 0.0, 0.0, 0),
        moved(1),
        result=result,
        merge=lambda one, two: tuple(a + b for a, b in zip(one, two, strict=True)),
        undo=moved(-1),
    )
