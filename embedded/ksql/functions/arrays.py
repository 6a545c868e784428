"""Functions of arrays."""

from collections.abc import Sequence
from typing import Any, Final

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.expressions.arithmetic import text
from embedded.ksql.expressions.javamap import hash_order
from embedded.ksql.functions.registry import scalar
from embedded.ksql.types import STRING, Array, Type

Items = list[Any]
_LONGEST: Final = 10_000_000


def _distinct(items: Items) -> Items:
    """The different items in order; arrays, maps and structs are compared by their content."""
    seen: Items = []
    try:
        return list(dict.fromkeys(items))
    except TypeError:
        for item in items:
            if item not in seen:
                seen.append(item)
        return seen


@scalar("ARRAY_LENGTH", "ARRAY<T> -> INTEGER", safe=True)
def array_length(items: Items | None) -> int | None:
    """How many items there are."""
    return None if items is None else len(items)


@scalar("ARRAY_CONCAT", "ARRAY<T>, ARRAY<T> -> ARRAY<T>", safe=True)
def array_concat(left: Items | None, right: Items | None) -> Items | None:
    """The items of both; null only when both are."""
    if left is None or right is None:
        return right if left is None else left
    return left + right


@scalar("ARRAY_DISTINCT", "ARRAY<T> -> ARRAY<T>", safe=True)
def array_distinct(items: Items | None) -> Items | None:
    """The different items, in order."""
    return None if items is None else _distinct(items)


@scalar("ARRAY_EXCEPT", "ARRAY<T>, ARRAY<T> -> ARRAY<T>", safe=True)
def array_except(left: Items | None, right: Items | None) -> Items | None:
    """The different items of the first that are not in the second."""
    if left is None or right is None:
        return None
    return [item for item in _distinct(left) if item not in right]


@scalar("ARRAY_INTERSECT", "ARRAY<T>, ARRAY<T> -> ARRAY<T>", safe=True)
def array_intersect(left: Items | None, right: Items | None) -> Items | None:
    """The different items that are in both."""
    if left is None or right is None:
        return None
    return [item for item in _distinct(left) if item in right]


@scalar("ARRAY_UNION", "ARRAY<T>, ARRAY<T> -> ARRAY<T>", safe=True)
def array_union(left: Items | None, right: Items | None) -> Items | None:
    """The different items of both."""
    return None if left is None or right is None else _distinct(left + right)


def _text_type(kinds: Sequence[Type | None]) -> Type:
    kind = kinds[0]
    if isinstance(kind, Array) and kind.item.name not in {
        "BOOLEAN",
        "INTEGER",
        "BIGINT",
        "DOUBLE",
        "DECIMAL",
        "STRING",
    }:
        raise UnsupportedError(f"ARRAY_JOIN of {kind} is not supported", feature="ARRAY_JOIN")
    return STRING


@scalar("ARRAY_JOIN", "ARRAY<T> -> STRING", "ARRAY<T>, STRING -> STRING", returns=_text_type, safe=True)
def array_join(items: Items | None, delimiter: str | None = ",") -> str | None:
    """The items as text with a delimiter between them; nulls read "null"."""
    return None if items is None else (delimiter or "").join(map(text, items))


@scalar("ARRAY_MAX", "ARRAY<T> -> T")
def array_max(items: Items | None) -> Any:
    """The greatest item."""
    return max((item for item in items or () if item is not None), default=None)


@scalar("ARRAY_MIN", "ARRAY<T> -> T")
def array_min(items: Items | None) -> Any:
    """The least item."""
    return min((item for item in items or () if item is not None), default=None)


@scalar("ARRAY_REMOVE", "ARRAY<T>, T -> ARRAY<T>", safe=True)
def array_remove(items: Items | None, victim: Any) -> Items | None:
    """All items but those that equal the victim."""
    return None if items is None else [item for item in items if item != victim]


@scalar("ARRAY_SORT", "ARRAY<T> -> ARRAY<T>", "ARRAY<T>, STRING -> ARRAY<T>")
def array_sort(items: Items | None, direction: str | None = "ASC") -> Items | None:
    """The items in order, nulls last."""
    if (
        items is None
        or direction is None
        or direction.upper() not in {"ASC", "ASCENDING", "DESC", "DESCENDING"}
    ):
        return None
    present = sorted(
        (item for item in items if item is not None), reverse=direction.upper().startswith("DESC")
    )
    return present + [None] * (len(items) - len(present))


@scalar("ARRAY_CONTAINS", "ARRAY<T>, T -> BOOLEAN", safe=True)
def array_contains(items: Items | None, value: Any) -> bool:
    """Whether an item equals the value."""
    return items is not None and value in items


@scalar("SLICE", "ARRAY<T>, INTEGER, INTEGER -> ARRAY<T>")
def slice_of(items: Items | None, first: int | None, last: int | None) -> Items | None:
    """The items from one place to another, both included, from 1; null when they are outside."""
    if items is None:
        return None
    start = 0 if first is None else first - 1
    end = len(items) if last is None else last
    if start > end:
        raise ValueError("fromIndex is greater than toIndex")
    return None if start < 0 or end > len(items) else items[start:end]


def _series(numbers: range) -> list[int]:
    if len(numbers) > _LONGEST:
        raise ValueError(f"a series of {len(numbers)} numbers fits into no record")
    return list(numbers)


@scalar("GENERATE_SERIES", "INTEGER, INTEGER -> ARRAY<INTEGER>", "BIGINT, BIGINT -> ARRAY<BIGINT>")
def generate_series(start: int, end: int) -> list[int]:
    """The numbers from start to end."""
    step = 1 if end > start else -1
    return _series(range(start, end + step, step))


@scalar(
    "GENERATE_SERIES",
    "INTEGER, INTEGER, INTEGER -> ARRAY<INTEGER>",
    "BIGINT, BIGINT, INTEGER -> ARRAY<BIGINT>",
)
def generate_series_by(start: int, end: int, step: int) -> list[int]:
    """The numbers from start to end by a step."""
    if step == 0 or (end > start and step < 0) or (end < start and step > 0):
        raise ValueError("GENERATE_SERIES step is zero or has the wrong sign")
    return _series(range(start, end + (1 if step > 0 else -1), step))


def _declare_entries(kind: str) -> None:
    @scalar("ENTRIES", f"MAP<STRING, {kind}>, BOOLEAN -> ARRAY<STRUCT<K STRING, V {kind}>>")
    def entries(mapping: dict[str, Any] | None, ordered: bool) -> list[tuple[str, Any]] | None:
        """The entries of a map as structs."""
        if mapping is None:
            return None
        keys = sorted(mapping) if ordered else hash_order(mapping)
        return [(key, mapping[key]) for key in keys]


for each in ("INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "STRING"):
    _declare_entries(each)
