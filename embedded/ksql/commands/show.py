"""SHOW, DESCRIBE, and push queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from embedded.ksql.commands.results import result
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import statements as ast
from embedded.ksql.operators.running import RunningQuery, running
from embedded.ksql.overrides import Session
from embedded.ksql.plan import sources as declaring
from embedded.ksql.plan.planner import plan
from embedded.ksql.result import StatementKind, StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine

_KINDS: Final[Mapping[str, StatementKind]] = {
    "STREAMS": "SHOW_STREAMS",
    "TABLES": "SHOW_TABLES",
    "QUERIES": "SHOW_QUERIES",
    "TOPICS": "SHOW_TOPICS",
    "PROPERTIES": "SHOW_PROPERTIES",
    "FUNCTIONS": "SHOW_FUNCTIONS",
    "TYPES": "SHOW_TYPES",
}


def show(engine: Engine, statement: ast.Show, _: Session, __: int) -> StatementResult:
    """Says what is asked for; the caller has the lists."""
    del engine
    return result(statement, _KINDS[statement.what], extended=statement.extended)


def describe(engine: Engine, statement: ast.Describe, _: Session, __: int) -> StatementResult:
    """Finds a source."""
    if statement.name is None:
        return result(statement, "SHOW_STREAMS", extended=True)
    source = engine.sources.get(statement.name)
    if source is None:
        raise InvalidError(
            f"Could not find STREAM/TABLE '{statement.name}' in the Metastore",
            line=statement.place.line,
            column=statement.place.column,
        )
    return result(statement, "DESCRIBE", source=source, extended=statement.extended)


def push(engine: Engine, statement: ast.Query, session: Mapping[str, object]) -> RunningQuery:
    """The push query of a SELECT.

    Raises:
        InvalidError: ksqlDB refuses it.
        UnsupportedError: a pull query, or what the engine does not have.
    """
    query = statement.query
    if not query.emit:
        raise UnsupportedError("pull queries are not supported: add EMIT CHANGES", feature="pull query")
    planned = plan(query, engine.sources, sink=None, default_key=declaring.default_key_format(session))
    name = f"transient_{query.source.alias}_{abs(hash(statement.text)) % 10**12}"
    return running(name, statement.text, planned, planned.step, None, query.limit, dict(session))
