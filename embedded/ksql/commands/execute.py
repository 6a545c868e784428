"""One statement carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded.ksql.commands.create import create, create_as
from embedded.ksql.commands.drop import drop, terminate
from embedded.ksql.commands.insert import insert_into, insert_values
from embedded.ksql.commands.results import result
from embedded.ksql.commands.settings import create_type, drop_type, set_property
from embedded.ksql.commands.show import describe, push, show
from embedded.ksql.errors import InvalidError
from embedded.ksql.language import statements as ast
from embedded.ksql.overrides import Session
from embedded.ksql.result import StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def execute(engine: Engine, statement: ast.Statement, session: Session, serial: int) -> StatementResult:
    """Carries out one statement.

    Args:
        engine: is changed.
        statement: as parsed.
        session: properties of this call; SET and UNSET change them.
        serial: the statement's number, for the ids of queries.

    Raises:
        InvalidError: ksqlDB refuses it.
        UnsupportedError: this engine does.
    """
    handlers: dict[type[ast.Statement], Any] = {
        ast.Create: create,
        ast.CreateAs: create_as,
        ast.InsertInto: insert_into,
        ast.InsertValues: insert_values,
        ast.Drop: drop,
        ast.Terminate: terminate,
        ast.Show: show,
        ast.Describe: describe,
        ast.Explain: _explain,
        ast.SetProperty: set_property,
        ast.CreateType: create_type,
        ast.DropType: drop_type,
    }
    handler = handlers.get(type(statement))
    if handler is None:
        raise InvalidError("a SELECT statement is a query, not a command: send it as one")
    result: StatementResult = handler(engine, statement, session, serial)
    return result


def _explain(engine: Engine, statement: ast.Explain, session: Session, serial: int) -> StatementResult:
    if statement.query_id is not None:
        query = engine.queries.get(statement.query_id)
        if query is None:
            raise InvalidError(
                f"Query with id:{statement.query_id} does not exist, use SHOW QUERIES to view the full set "
                "of queries."
            )
        return result(statement, "EXPLAIN", query=query, source=query.sink)
    inner = statement.statement
    if isinstance(inner, ast.Query):
        return result(statement, "EXPLAIN", query=push(engine, inner, session))
    if not isinstance(inner, ast.CreateAs | ast.InsertInto):
        raise InvalidError("The provided statement does not run a ksql query")
    before = dict(engine.sources), dict(engine.queries)
    try:
        made = execute(engine, inner, session, serial)
    finally:
        engine.sources, engine.queries = before
    return result(statement, "EXPLAIN", query=made.query, source=made.source)
