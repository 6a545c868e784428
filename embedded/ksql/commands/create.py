"""CREATE, and CREATE … AS SELECT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from embedded.ksql.catalog import Column, Source, TopicSpec
from embedded.ksql.commands.results import result
from embedded.ksql.commands.upgrade import check_query, check_source
from embedded.ksql.commands.writing import write
from embedded.ksql.errors import InvalidError, TopicError, UnknownTopicError
from embedded.ksql.language import statements as ast
from embedded.ksql.overrides import Session
from embedded.ksql.plan import sources as declaring
from embedded.ksql.plan.planner import Planned, plan
from embedded.ksql.plan.properties import Properties
from embedded.ksql.result import StatementResult
from embedded.ksql.serde.support import check, check_keys

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def create(engine: Engine, statement: ast.Create, session: Session, _: int) -> StatementResult:
    """Declares a stream or table."""
    known = _known(engine, statement)
    if known is not None and statement.if_not_exists:
        return result(
            statement,
            "CREATE",
            source=known,
            message=f"Cannot add {statement.kind.lower()} `{statement.name}`: A {known.kind.lower()} with "
            "the same name already exists.",
        )
    if statement.or_replace and (statement.read_only or (known is not None and known.read_only)):
        raise InvalidError("CREATE OR REPLACE is not supported on source streams and tables.")
    source, given = declaring.declared(statement, session)
    if known is not None:
        check_source(known, source)
    topic = _topic(engine, given, source.topic, None)
    source = replace(source, partitions=topic.partitions)
    engine.sources[source.name] = source
    word = "Stream" if source.kind == "STREAM" else "Table"
    return result(statement, "CREATE", source=source, topics=(topic,), message=f"{word} created")


def create_as(engine: Engine, statement: ast.CreateAs, session: Session, serial: int) -> StatementResult:
    """Makes a stream or table, and the query that fills it."""
    known = _known(engine, statement)
    if known is not None and statement.if_not_exists:
        message = (
            f"Cannot add {statement.kind.lower()} `{statement.name}`: "
            f"A {known.kind.lower()} with the same name already exists."
        )
        return result(statement, "CREATE", source=known, message=message)
    others = {name: source for name, source in engine.sources.items() if source is not known}
    planned = plan(
        statement.query,
        others,
        sink=statement.name,
        default_key=declaring.default_key_format(session),
        by_projection=str(session.get("ksql.new.query.planner.enabled", "")).lower() == "true",
    )
    _check_kind(statement, planned)
    source, given = _sink(statement, planned, session, _is_null_key(statement.query))
    if known is not None:
        check_source(known, source)
    topic = _topic(engine, given, source.topic, planned.sources[0].partitions)
    if source.kind == "TABLE" and source.window is None:
        topic = replace(topic, compacted=True)
    prefix = "CSAS" if statement.kind == "STREAM" else "CTAS"
    query_id = f"{prefix}_{statement.name}_{serial}"
    terminated: tuple[str, ...] = ()
    if known is not None:
        writers = [q.id for q in engine.queries.values() if q.sink is not None and q.sink.name == known.name]
        if len(writers) > 1:
            raise InvalidError(
                f"REPLACE for sink `{known.name}` is not supported because there are multiple queries "
                f"writing into it: [{', '.join(writers)}]"
            )
        terminated = tuple(writers)
        query_id = writers[0] if writers else query_id
    made_of = tuple(dict.fromkeys(read.name for read in planned.sources))
    source = replace(source, partitions=topic.partitions, query_id=query_id, made_of=made_of)
    query = write(statement, planned, source, query_id, session)
    for each in terminated:
        check_query(engine.queries.pop(each), query)
    engine.sources[source.name] = source
    engine.queries[query.id] = query
    message = f"Created query with ID {query_id}"
    return result(
        statement,
        "CREATE",
        source=source,
        query=query,
        topics=(topic,),
        terminated=terminated,
        message=message,
    )


def _known(engine: Engine, statement: ast.Create | ast.CreateAs) -> Source | None:
    """The source of that name, when the statement may meet one.

    Raises:
        InvalidError: it may not.
    """
    known = engine.sources.get(statement.name)
    if known is not None and not statement.or_replace and not statement.if_not_exists:
        raise InvalidError(
            f"Cannot add {statement.kind.lower()} '{statement.name}': A {known.kind.lower()} with the same "
            "name already exists",
            line=statement.place.line,
            column=statement.place.column,
        )
    return known


def _topic(engine: Engine, given: Properties, name: str, default: int | None) -> TopicSpec:
    """The topic of a source: as it is, or as it has to be made.

    Raises:
        InvalidError: it does not exist and the statement does not say how to make it, or it differs.
    """
    wanted = given.number("PARTITIONS")
    existing = engine.partitions(name)
    if wanted is not None and wanted < 1:
        raise InvalidError(f"PARTITIONS must be at least 1, not {wanted}")
    if existing is None:
        count = wanted or default or getattr(engine.topics, "default_partitions", None)
        if count is None:
            raise UnknownTopicError(
                f"Topic '{name}' does not exist. If you want to create a new topic for the stream/table "
                "please re-run the statement providing the required 'PARTITIONS' configuration in the WITH "
                "clause (and optionally 'REPLICAS')."
            )
        engine.make_topic(name, count)
        existing = count
    elif wanted is not None and wanted != existing:
        raise TopicError(
            f"A Kafka topic with the name '{name}' already exists, with different "
            f"partition/replica/retention configuration than required. KSQL expects {wanted} partitions "
            f"(topic has {existing})"
        )
    return TopicSpec(name, existing, given.number("REPLICAS") or 1, given.number("RETENTION_MS"))


def _sink(
    statement: ast.CreateAs, planned: Planned, session: Mapping[str, object], null_key: bool
) -> tuple[Source, Properties]:
    """The source that a CREATE … AS SELECT makes, with one partition."""
    given = Properties(statement.properties, create=False)
    step, first = planned.step, planned.sources[0]
    schema = step.schema
    key = given.format("KEY", None, first.key_format)
    value = given.format("VALUE", None, first.value_format)
    assert key is not None  # noqa: S101 - inherited
    assert value is not None  # noqa: S101 - inherited
    explicit_key = given.text("KEY_FORMAT") or given.text("FORMAT")
    if null_key:
        if explicit_key is not None and explicit_key.upper() != "NONE":
            raise InvalidError("Key format specified for stream without key columns.")
        key = replace(key, name="NONE", properties=())
    elif key.name == "NONE" and schema.keys and explicit_key is None:
        key = declaring.default_key_format(session)
    keys = [(f.name, f.type) for f in schema.keys]
    values = [(f.name, f.type) for f in schema.values]
    check_keys(keys)
    check(key, keys, key=True)
    check(value, values, key=False)
    stamp = given.timestamp(schema)
    source = Source(
        name=statement.name,
        kind=statement.kind,
        topic=given.text("KAFKA_TOPIC")
        or f"{session.get('ksql.output.topic.name.prefix') or ''}{statement.name}",
        key_format=key,
        value_format=value,
        columns=tuple(Column(f.name, f.type, "key") for f in schema.keys)
        + tuple(Column(f.name, f.type) for f in schema.values),
        partitions=1,
        replicas=given.number("REPLICAS") or first.replicas,
        window=step.keys.window,
        timestamp_column=stamp[0] if stamp else None,
        timestamp_format=stamp[1] if stamp else None,
        wrap_single_value=given.wrap(value, len(values), session.get("ksql.persistence.wrap.single.values")),
        read_only=False,
        statement=statement.text,
    )
    return source, given


def _check_kind(statement: ast.CreateAs, planned: Planned) -> None:
    if planned.step.table and statement.kind == "STREAM":
        raise InvalidError(
            "Invalid result type. Your SELECT query produces a TABLE. Please use CREATE TABLE AS SELECT "
            "statement instead."
        )
    if not planned.step.table and statement.kind == "TABLE":
        raise InvalidError(
            "Invalid result type. Your SELECT query produces a STREAM. Please use CREATE STREAM AS SELECT "
            "statement instead."
        )


def _is_null_key(query: ast.Select) -> bool:
    """Makes a stream or table, and the query that fills it."""
    return any(getattr(each, "value", 0) is None for each in query.partition_by)
