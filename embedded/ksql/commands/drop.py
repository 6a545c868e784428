"""DROP, and TERMINATE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded.ksql.catalog import Source
from embedded.ksql.commands.results import result
from embedded.ksql.errors import InvalidError, TopicError
from embedded.ksql.language import statements as ast
from embedded.ksql.overrides import Session
from embedded.ksql.result import StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def drop(engine: Engine, statement: ast.Drop, _: Session, __: int) -> StatementResult:
    """Removes a source, and the query that fills it."""
    source = engine.sources.get(statement.name)
    word = "Stream" if statement.kind == "STREAM" else "Table"
    if source is None:
        if statement.if_exists:
            return result(statement, "DROP", message=f"Source `{statement.name}` does not exist.")
        raise InvalidError(f"{word} {statement.name} does not exist.")
    if source.kind != statement.kind:
        raise InvalidError(
            f"Incompatible data source type is {source.kind.lower()}, but statement was DROP "
            f"{statement.kind.lower()}"
        )
    _check_unused(engine, source)
    _check_topic(engine, source, statement)
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


def terminate(engine: Engine, statement: ast.Terminate, _: Session, __: int) -> StatementResult:
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


def constraints(engine: Engine, source: Source) -> list[str]:
    """The sources that were derived from `source`, and have to be dropped before it."""
    return [other.name for other in engine.sources.values() if source.name in other.made_of]


def _check_unused(engine: Engine, source: Source) -> None:
    """Insert queries are named first, then what was derived, as ksqlDB does (EngineContext, MetaStoreImpl).

    Raises:
        InvalidError: something reads the source, or writes into it.
    """
    made = {other.query_id for other in engine.sources.values()}
    inserts = [query for query in engine.queries.values() if query.id not in made]
    readers = sorted(query.id for query in inserts if _reads(query, source))
    writers = sorted(
        query.id for query in inserts if query.sink is not None and query.sink.name == source.name
    )
    if readers or writers:
        raise InvalidError(
            f"Cannot drop {source.name}.\nThe following queries read from this source: "
            f"[{', '.join(readers)}].\nThe following queries write into this source: "
            f"[{', '.join(writers)}].\nYou need to terminate them before dropping {source.name}."
        )
    if derived := constraints(engine, source):
        raise InvalidError(
            f"Cannot drop {source.name}.\nThe following streams and/or tables read from this source: "
            f"[{', '.join(sorted(derived))}].\nYou need to drop them before dropping {source.name}."
        )


def _check_topic(engine: Engine, source: Source, statement: ast.Drop) -> None:
    """A topic is not deleted that another source stands on.

    Raises:
        TopicError: it is to be, and one does.
    """
    others = [
        other.name
        for other in engine.sources.values()
        if other.topic == source.topic and other.name != source.name
    ]
    if statement.delete_topic and others:
        raise TopicError(
            f"Refusing to delete topic. Found other data sources ({', '.join(sorted(others))}) using topic "
            f"{source.topic}"
        )


def _reads(query: Any, source: Source) -> bool:
    return source.name in getattr(query, "source_names", ())
