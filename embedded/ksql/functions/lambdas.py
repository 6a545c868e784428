"""Functions that take lambdas."""

from collections.abc import Callable
from typing import Any

from embedded.ksql.expressions.javamap import hash_order
from embedded.ksql.functions.registry import scalar


def _entries(mapping: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return [(key, mapping[key]) for key in hash_order(mapping)]


def _kept(answer: Any) -> bool:
    if answer is None:
        raise TypeError("a lambda of FILTER gave null")
    return bool(answer)


@scalar("TRANSFORM", "ARRAY<T>, (T) => R -> ARRAY<R>")
def transform_array(items: list[Any] | None, change: Callable[[Any], Any]) -> list[Any] | None:
    """What a lambda makes of each item."""
    return None if items is None else [change(item) for item in items]


@scalar("TRANSFORM", "MAP<K, V>, (K, V) => R, (K, V) => T -> MAP<R, T>")
def transform_map(
    mapping: dict[Any, Any] | None, key: Callable[[Any, Any], Any], value: Callable[[Any, Any], Any]
) -> dict[Any, Any] | None:
    """What lambdas make of each entry's key and value; equal keys and null values are errors."""
    if mapping is None:
        return None
    made: dict[Any, Any] = {}
    for k, v in _entries(mapping):
        new_key, new_value = key(k, v), value(k, v)
        if new_value is None or new_key in made:
            raise ValueError("a null value or a duplicate key in TRANSFORM")
        made[new_key] = new_value
    return made


@scalar("FILTER", "ARRAY<T>, (T) => BOOLEAN -> ARRAY<T>")
def filter_array(items: list[Any] | None, test: Callable[[Any], Any]) -> list[Any] | None:
    """The items for which a lambda is true."""
    return None if items is None else [item for item in items if _kept(test(item))]


@scalar("FILTER", "MAP<K, V>, (K, V) => BOOLEAN -> MAP<K, V>")
def filter_map(mapping: dict[Any, Any] | None, test: Callable[[Any, Any], Any]) -> dict[Any, Any] | None:
    """The entries for which a lambda is true."""
    if mapping is None:
        return None
    kept = {k: v for k, v in _entries(mapping) if _kept(test(k, v))}
    if any(value is None for value in kept.values()):
        raise ValueError("a null value in FILTER")
    return kept


@scalar("REDUCE", "ARRAY<T>, S, (S, T) => S -> S")
def reduce_array(items: list[Any] | None, state: Any, step: Callable[[Any, Any], Any]) -> Any:
    """What a lambda makes of a state and each item in turn."""
    if state is None:
        return None
    for item in items or ():
        state = step(state, item)
    return state


@scalar("REDUCE", "MAP<K, V>, S, (S, K, V) => S -> S")
def reduce_map(mapping: dict[Any, Any] | None, state: Any, step: Callable[[Any, Any, Any], Any]) -> Any:
    """What a lambda makes of a state and each entry in turn."""
    if state is None:
        return None
    for key, value in _entries(mapping or {}):
        state = step(state, key, value)
    return state
