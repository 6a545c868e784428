"""EARLIEST_BY_OFFSET and LATEST_BY_OFFSET."""

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.functions.registry import Aggregate, aggregate
from embedded.ksql.types import Type

_SEQUENCE: Final = itertools.count(time.time_ns())
"""Orders what is added, over restarts too: the clock is ahead of every number of an earlier process."""

_SHAPES = {1: "T -> T", 2: "T, BOOLEAN -> T"}


def _one(kind: Type, *, latest: bool, ignore: bool) -> Aggregate:
    def add(state: Any, value: Any) -> Any:
        if (value is None and ignore) or (not latest and state is not None):
            return state
        return next(_SEQUENCE), value

    def merge(one: Any, two: Any) -> Any:
        if one is None or two is None:
            return two if one is None else one
        first = one[0] < two[0]
        return (two if first else one) if latest else (one if first else two)

    return Aggregate(kind, lambda: None, add, lambda s: None if s is None else s[1], merge)


def _many(kind: Type, count: int, *, latest: bool, ignore: bool) -> Aggregate:
    if count <= 0:
        raise InvalidError(f"{'latestN' if latest else 'earliestN'} must be 1 or greater")

    def add(state: Any, value: Any) -> Any:
        if value is None and ignore:
            return state
        if latest:
            return (*state, (next(_SEQUENCE), value))[-count:]
        return (*state, (next(_SEQUENCE), value)) if len(state) < count else state

    def merge(one: Any, two: Any) -> Any:
        both = tuple(sorted((*one, *two), key=lambda each: each[0]))
        # ksqlDB keeps the first ones of both in either case.
        return both[:count]

    return Aggregate(types.array(kind), tuple, add, lambda s: [value for _, value in s], merge)


def _declare(name: str, *, latest: bool) -> None:
    @aggregate(name, "T -> T")
    def plain(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
        return _one(kinds[0] or types.STRING, latest=latest, ignore=True)

    @aggregate(name, "T, BOOLEAN -> T", initial=1)
    def nulls(kinds: Sequence[Type | None], given: Sequence[Any], _: Mapping[str, object]) -> Aggregate:
        return _one(kinds[0] or types.STRING, latest=latest, ignore=given[0])

    @aggregate(name, "T, INTEGER -> ARRAY<T>", initial=1)
    def some(kinds: Sequence[Type | None], given: Sequence[Any], _: Mapping[str, object]) -> Aggregate:
        return _many(kinds[0] or types.STRING, given[0], latest=latest, ignore=True)

    @aggregate(name, "T, INTEGER, BOOLEAN -> ARRAY<T>", initial=2)
    def some_nulls(kinds: Sequence[Type | None], given: Sequence[Any], _: Mapping[str, object]) -> Aggregate:
        return _many(kinds[0] or types.STRING, given[0], latest=latest, ignore=given[1])


_declare("EARLIEST_BY_OFFSET", latest=False)
_declare("LATEST_BY_OFFSET", latest=True)
