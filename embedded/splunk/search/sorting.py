"""The `sort` command: by several fields, numbers as numbers, at most 10,000 rows unless told otherwise."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from embedded.splunk.errors import SearchError
from embedded.splunk.search.lexer import Word
from embedded.splunk.search.matching import number
from embedded.splunk.search.rows import Row, values

DEFAULT_LIMIT: Final = 10_000


def sorting(arguments: list[Word]) -> Callable[[Iterator[Row]], Iterator[Row]]:
    """The step that sorts; rows that lack a field come last.

    Raises:
        SearchError: no field, or an option such as `ip(field)`.
    """
    limit = DEFAULT_LIMIT
    if arguments and arguments[0].text.isdigit():
        limit, arguments = int(arguments[0].text), arguments[1:]
    keys = _sort_keys(arguments)

    def apply(rows: Iterator[Row]) -> Iterator[Row]:
        ordered = list(rows)
        for field, descending in reversed(keys):
            present = [row for row in ordered if values(row, field)]
            absent = [row for row in ordered if not values(row, field)]
            present.sort(key=_key(present, field), reverse=descending)
            ordered = present + absent
        return islice(ordered, limit or None)

    return apply


def _sort_keys(arguments: list[Word]) -> list[tuple[str, bool]]:
    """The fields to sort by, each with whether it goes downwards."""
    keys: list[tuple[str, bool]] = []
    sign = ""
    for word in arguments:
        if word.operator and word.text != ",":
            raise SearchError(f"Error in 'sort' command: '{word.text}' is not supported here.")
        if word.text == "," or word.text in {"+", "-"}:
            sign = word.text.strip(",")
            continue
        text = sign + word.text
        sign = ""
        keys.append((text.lstrip("+-"), text.startswith("-")))
    if not keys or sign:
        raise SearchError("Error in 'sort' command: No sort fields are specified.")
    if keys[-1][0] in {"d", "desc"} and len(keys) > 1:
        keys = [(field, not descending) for field, descending in keys[:-1]]
    return keys


def _key(rows: list[Row], field: str) -> Callable[[Row], Decimal | str]:
    numbers = [number(values(row, field)[0]) for row in rows]
    if all(found is not None for found in numbers):
        return lambda row: number(values(row, field)[0]) or Decimal()
    return lambda row: values(row, field)[0]
