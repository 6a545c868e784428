"""Operators on streams that keep no state."""

from collections.abc import Callable, Sequence
from typing import Any

from embedded.ksql.operators.context import Forward


def stream_filter(test: Callable[[Any], bool], forward: Forward) -> Forward:
    """Passes rows on for which `test` is true; rows without a value are dropped."""

    def process(key: Any, row: Any, time: int) -> None:
        if row is not None and test(row):
            forward(key, row, time)

    return process


def stream_project(make: Callable[[Any], Any], forward: Forward) -> Forward:
    """Passes on what `make` makes of each row; a row without a value stays one."""

    def process(key: Any, row: Any, time: int) -> None:
        forward(key, None if row is None else make(row), time)

    return process


def stream_flat_map(functions: Sequence[Callable[[Any], list[Any] | None]], forward: Forward) -> Forward:
    """A row for each result of table functions side by side; the shorter ones end in nulls."""

    def process(key: Any, row: Any, time: int) -> None:
        if row is None:
            return
        results = [function(row) or [] for function in functions]
        for i in range(max(map(len, results))):
            forward(key, [*row, *(result[i] if i < len(result) else None for result in results)], time)

    return process


def stream_rekey(
    key_of: Callable[[Any, Any], bytes | None],
    append: Callable[[Any], list[Any]] | None,
    forward: Forward,
) -> Forward:
    """Rows under another key, computed from key and row; with the new columns appended."""

    def process(key: Any, row: Any, time: int) -> None:
        new_key = key_of(key, row)
        forward(new_key, row if append is None or row is None else [*row, *append(row)], time)

    return process


def stream_group(key_of: Callable[[Any], bytes | None], forward: Forward) -> Forward:
    """Rows under their grouping key; those without a value or with a null in the key are left out."""

    def process(_: Any, row: Any, time: int) -> None:
        if row is None:
            return
        key = key_of(row)
        if key is not None:
            forward(key, row, time)

    return process
