"""Table functions: EXPLODE and CUBE_EXPLODE."""

from itertools import product
from typing import Any

from embedded.ksql.functions.registry import table


@table("EXPLODE", "ARRAY<T> -> T")
def explode(items: list[Any] | None) -> list[Any]:
    """A row for each item."""
    return items or []


@table("CUBE_EXPLODE", "ARRAY<T> -> ARRAY<T>")
def cube_explode(columns: list[Any] | None) -> list[list[Any]]:
    """A row for each combination of the columns and nulls in their places."""
    if columns is None:
        return []
    choices = [[None] if column is None else [None, column] for column in columns]
    return [list(each) for each in product(*choices)]
