"""Functions of maps."""

from typing import Any

from embedded.ksql.expressions.javamap import hash_order
from embedded.ksql.functions.registry import scalar

Mapping = dict[Any, Any]


@scalar("MAP_KEYS", "MAP<STRING, T> -> ARRAY<STRING>", safe=True)
def map_keys(mapping: Mapping | None) -> list[Any] | None:
    """The keys."""
    return None if mapping is None else hash_order(mapping)


@scalar("MAP_VALUES", "MAP<STRING, T> -> ARRAY<T>", safe=True)
def map_values(mapping: Mapping | None) -> list[Any] | None:
    """The values, in the order of the keys."""
    return None if mapping is None else [mapping[key] for key in hash_order(mapping)]


@scalar("MAP_UNION", "MAP<STRING, T>, MAP<STRING, T> -> MAP<STRING, T>", safe=True)
def map_union(left: Mapping | None, right: Mapping | None) -> Mapping | None:
    """The entries of both, the second's for keys in both."""
    return None if left is None and right is None else {**(left or {}), **(right or {})}


@scalar("AS_MAP", "ARRAY<STRING>, ARRAY<T> -> MAP<STRING, T>", safe=True)
def as_map(keys: list[Any] | None, values: list[Any] | None) -> Mapping | None:
    """A map of keys and values by place."""
    if keys is None or values is None:
        return None
    return {key: values[i] if i < len(values) else None for i, key in enumerate(keys)}
