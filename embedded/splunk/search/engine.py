"""Running a search: from its text to rows, the newest event first."""

import heapq
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from embedded.splunk.errors import SearchError
from embedded.splunk.indexes import MAIN, Index, Indexes
from embedded.splunk.search import commands, expression, lexer, times
from embedded.splunk.search.commands import Command
from embedded.splunk.search.expression import AllOf, AnyOf, Compare, Expression, Not
from embedded.splunk.search.matching import matches, may_match, names_index, required_texts
from embedded.splunk.search.rows import Row, Stored, row
from embedded.splunk.store import Store

FOREVER: Final = 1e11
"""Epoch seconds that no event reaches."""
_EVENTS: Final = """
SELECT id, time, index_time, host, source, sourcetype, raw, fields FROM events
WHERE index_id = ? AND time >= ? AND time < ?
  AND (fields IS NOT NULL OR instr(raw, '\\u00') OR instr(raw, '\\/') OR NOT EXISTS (
       SELECT 1 FROM json_each(?) AS required WHERE events.raw NOT LIKE required.value))
ORDER BY time DESC, id DESC
"""


@dataclass(frozen=True)
class Search:
    """A search, understood: which events, from when to when (epoch seconds), and what becomes of them."""

    condition: Expression
    earliest: float
    latest: float
    steps: tuple[Command, ...]

    @property
    def transforming(self) -> bool:
        """Whether the rows are a table, no longer events."""
        return any(step.transforming for step in self.steps)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, as far as the search itself names them."""
        return next((step.columns for step in reversed(self.steps) if step.transforming), ())

    def run(self, store: Store, indexes: Indexes) -> Iterator[Row]:
        """The rows, read as they are asked for."""
        with store.read() as connection:
            rows = self._events(connection, indexes)
            for step in self.steps:
                rows = step.apply(rows)
            yield from rows

    def _events(self, connection: sqlite3.Connection, indexes: Indexes) -> Iterator[Row]:
        required = orjson.dumps(list(required_texts(self.condition))).decode()
        chosen = [index for index in indexes.all() if self._looks_at(index.name)]

        def stored(index: Index) -> Iterator[tuple[Stored, str]]:
            found = connection.execute(_EVENTS, (index.id, self.earliest, self.latest, required))
            return ((Stored(*values), index.name) for values in found)

        newest_first = heapq.merge(*map(stored, chosen), key=lambda pair: (-pair[0].time, -pair[0].id))
        for event, index_name in newest_first:
            fields = row(event, index_name)
            if matches(self.condition, fields):
                yield fields

    def _looks_at(self, index: str) -> bool:
        return may_match(self.condition, index) if names_index(self.condition) else index == MAIN


def parse(search: str, *, earliest: str = "", latest: str = "") -> Search:
    """Understand a search; `earliest` and `latest` within it go before those beside it.

    Raises:
        SearchError: its text says what cannot be done.
    """
    first, *rest = lexer.commands(search)
    name, _, condition = first.partition(" ")
    if not first and rest:
        name, _, condition = rest[0].partition(" ")
        rest = rest[1:]
    if name.lower() != "search":
        raise SearchError(f"Unknown search command '{name}'.")
    whole = expression.parse(lexer.words(condition))
    bounds, whole = _bounds(whole)
    now = time.time()
    begin = times.epoch(bounds.get("earliest") or earliest or "0", now)
    end_text = bounds.get("latest") or latest
    end = times.epoch(end_text, now) if end_text else FOREVER
    if bounds.get("latest") == "now" or latest == "now":
        # An event of this very instant is not later than now.
        end += 1e-6
    if begin > end:
        raise SearchError("Invalid earliest_time: it is later than latest_time.")
    return Search(whole, begin, end, tuple(commands.parse(step) for step in rest))


def _bounds(whole: Expression) -> tuple[dict[str, str], Expression]:
    """Take `earliest=` and `latest=` out of the expression's outermost terms."""
    operands = whole.operands if isinstance(whole, AllOf) else (whole,)
    bounds: dict[str, str] = {}
    others: list[Expression] = []
    for operand in operands:
        if (
            isinstance(operand, Compare)
            and operand.field in {"earliest", "latest"}
            and operand.operator == "="
        ):
            bounds[operand.field] = operand.value
        else:
            _no_bounds(operand)
            others.append(operand)
    return bounds, AllOf(tuple(others))


def _no_bounds(operand: Expression) -> None:
    match operand:
        case AllOf(operands) | AnyOf(operands):
            for inner in operands:
                _no_bounds(inner)
        case Not(inner):
            _no_bounds(inner)
        case Compare("earliest" | "latest", _, _):
            raise SearchError(
                "earliest and latest are supported only beside the other terms, not within OR or NOT."
            )
        case _:
            return
