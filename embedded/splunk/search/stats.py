"""The `stats` command: count, dc and values, by any fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from embedded.splunk.errors import SearchError
from embedded.splunk.search.fieldlists import listed
from embedded.splunk.search.lexer import Word
from embedded.splunk.search.rows import Row, Values, values

NAMES: Final = {"count": "count", "c": "count", "dc": "dc", "distinct_count": "dc", "values": "values"}


@dataclass(frozen=True)
class Aggregate:
    """One figure of a group: the function, the field (none for a plain count), the column's name."""

    function: str
    field: str
    column: str

    def of(self, rows: list[Row]) -> Values:
        """The figure for these rows."""
        if not self.field:
            return str(len(rows))
        found = [value for row in rows for value in values(row, self.field)]
        if self.function == "count":
            return str(len(found))
        distinct = sorted(set(found))
        return str(len(distinct)) if self.function == "dc" else distinct


@dataclass(frozen=True)
class Stats:
    """What one `stats` command computes."""

    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, in order."""
        return (*self.by, *(aggregate.column for aggregate in self.aggregates))

    def apply(self, rows: Iterator[Row]) -> Iterator[Row]:
        """One row a group, sorted by the group's fields; an event that lacks one of them is in no group."""
        wanted = {aggregate.field for aggregate in self.aggregates if aggregate.field}
        groups: dict[tuple[str, ...], list[Row]] = {} if self.by else {(): []}
        for row in rows:
            slim = {name: row[name] for name in wanted if name in row}
            for key in _keys(row, self.by):
                groups.setdefault(key, []).append(slim)
        for key in sorted(groups):
            result: Row = dict(zip(self.by, key, strict=True))
            result.update({aggregate.column: aggregate.of(groups[key]) for aggregate in self.aggregates})
            yield result


def parse(arguments: list[Word]) -> Stats:
    """The statistics that the words of a `stats` command ask for.

    Raises:
        SearchError: a function other than count, dc and values, or none.
    """
    texts = [word.text.lower() for word in arguments]
    split = texts.index("by") if "by" in texts else len(arguments)
    by = listed("stats", arguments[split + 1 :])
    if split < len(arguments) and not by:
        raise SearchError("Error in 'stats' command: The argument 'by' is missing its fields.")
    aggregates: list[Aggregate] = []
    rest = arguments[:split]
    while rest:
        if rest[0].text == ",":
            rest = rest[1:]
            continue
        aggregate, rest = _aggregate(rest)
        aggregates.append(aggregate)
    if not aggregates:
        raise SearchError("Error in 'stats' command: No aggregate functions are specified.")
    return Stats(tuple(aggregates), tuple(by))


def _aggregate(rest: list[Word]) -> tuple[Aggregate, list[Word]]:
    given = rest[0].text
    function = NAMES.get(given)
    if function is None:
        raise SearchError(f"Error in 'stats' command: The function '{given}' is not supported here.")
    field, rest = "", rest[1:]
    shape = [word.text if word.operator else "" for word in rest[:3]]
    if shape == ["(", "", ")"]:
        field, rest = rest[1].text, rest[3:]
    elif shape[:2] == ["(", ")"]:
        rest = rest[2:]
    elif shape[:1] == ["("]:
        raise SearchError(f"Error in 'stats' command: Expressions within {given}() are not supported here.")
    if not field and function != "count":
        raise SearchError(f"Error in 'stats' command: The function '{given}' is missing its field.")
    column = f"{given}({field})" if field else "count"
    if len(rest) > 1 and rest[0].text.lower() == "as":
        column, rest = rest[1].text, rest[2:]
    return Aggregate(function, field, column), rest


def _keys(row: Row, by: tuple[str, ...]) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = [()]
    for field in by:
        keys = [(*key, value) for key in keys for value in values(row, field)]
    return keys
