"""INSERT INTO … SELECT, and INSERT INTO … VALUES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedded.ksql import insertion
from embedded.ksql.catalog import Source
from embedded.ksql.commands.results import result
from embedded.ksql.commands.writing import write
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import statements as ast
from embedded.ksql.overrides import Session
from embedded.ksql.plan import sources as declaring
from embedded.ksql.plan.planner import plan
from embedded.ksql.result import StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def insert_into(engine: Engine, statement: ast.InsertInto, session: Session, serial: int) -> StatementResult:
    """Starts a query that writes into a stream."""
    target = _target(engine, statement.target, "Source `{}` does not exist.")
    if target.kind != "STREAM":
        raise InvalidError(f"INSERT INTO can only be used to insert into a stream. {target.name} is a table.")
    if any(c.where in {"header", "headers"} for c in target.columns):
        raise InvalidError(f"Cannot insert into {target.name} because it has header columns")
    if target.read_only:
        raise InvalidError(f"Cannot insert into read-only stream: {target.name}")
    planned = plan(
        statement.query,
        engine.sources,
        sink=target.name,
        target=target,
        default_key=declaring.default_key_format(session),
    )
    if planned.step.table:
        raise InvalidError(
            f"Incompatible data sink and query result. Data sink ({target.name}) type is KSTREAM but select "
            "query result is KTABLE."
        )
    insertion.check_schema(planned.step.schema, target)
    query_id = dict(statement.properties).get("QUERY_ID")
    name = f"INSERTQUERY_{serial}" if query_id is None else str(query_id).upper()
    if name in engine.queries:
        raise InvalidError(f"Query ID '{name}' already exists.")
    if planned.step.keys.window != target.window:
        raise UnsupportedError("INSERT INTO may not change windowing", feature="INSERT INTO")
    query = write(statement, planned, target, name, session)
    engine.queries[query.id] = query
    return result(
        statement, "INSERT_SELECT", source=target, query=query, message=f"Created query with ID {name}"
    )


def insert_values(engine: Engine, statement: ast.InsertValues, session: Session, _: int) -> StatementResult:
    """Makes a record of values."""
    target = _target(engine, statement.target, "Cannot insert values into an unknown stream/table: `{}`")
    record = insertion.record(statement, target)
    del session
    return result(statement, "INSERT_VALUES", source=target, records=(record,))


def _target(engine: Engine, name: str, unknown: str) -> Source:
    """The source of that name.

    Raises:
        InvalidError: there is none; `unknown` says so.
    """
    found = engine.sources.get(name)
    if found is None:
        close = [known for known in engine.sources if known.upper() == name.upper()]
        hint = (
            f'\nDid you mean "{close[0]}"? Hint: wrap the source name in double quotes to make it '
            "case-sensitive."
            if close
            else ""
        )
        raise InvalidError(unknown.format(name) + hint)
    return found
