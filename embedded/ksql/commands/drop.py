"""DROP, and TERMINATE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded.ksql.catalog import Source
from embedded.ksql.commands.results import result
from embedded.ksql.errors import InvalidError
from embedded.ksql.language import statements as ast
from embedded.ksql.result import StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def drop(engine: Engine, statement: ast.Drop, _: dict[str, object], __: int) -> StatementResult:
    """Removes a source, and the query that fills it."""
    source = engine.sources.get(statement.name)
    word = "Stream" if statement.kind == "STREAM" else "Table"
    if source is None:
        if statement.if_exists:
            return result(statement, "DROP", message=f"Source {statement.name} does not exist.")
        raise InvalidError(f"{word} {statement.name} does not exist.")
    if source.kind != statement.kind:
        raise InvalidError(
            f"Incompatible data source type is {source.kind}, but statement was DROP {statement.kind}"
        )
    readers = [q.id for q in engine.queries.values() if _reads(q, source)]
    writers = [
        q.id
        for q in engine.queries.values()
        if q.sink is not None and q.sink.name == source.name and q.id != source.query_id
    ]
    if readers or writers:
        raise InvalidError(
            f"Cannot drop {source.name}.\nThe following queries read from this source: "
            f"[{', '.join(readers)}].\nThe following queries write into this source: "
            f"[{', '.join(writers)}].\nYou need to terminate them before dropping {source.name}."
        )
    del engine.sources[source.name]
    ended = () if source.query_id not in engine.queries else (str(source.query_id),)
    for query_id in ended:
        del engine.queries[query_id]
    topics = (source.topic,) if statement.delete_topic else ()
    for topic in topics:
        engine.forget_topic(topic)
    return result(
        statement,
        "DROP",
        source=source,
        terminated=ended,
        delete_topics=topics,
        message=f"Source `{source.name}` (topic: {source.topic}) was dropped.",
    )


def terminate(engine: Engine, statement: ast.Terminate, _: dict[str, object], __: int) -> StatementResult:
    """Ends queries."""
    if statement.query_id is None:
        ended = tuple(engine.queries)
    elif statement.query_id in engine.queries:
        ended = (statement.query_id,)
    else:
        raise InvalidError(f"Unknown queryId: {statement.query_id}")
    for query_id in ended:
        del engine.queries[query_id]
    return result(statement, "TERMINATE", terminated=ended, message="Query terminated.")


def _reads(query: Any, source: Source) -> bool:
    return source.name in getattr(query, "source_names", ())
