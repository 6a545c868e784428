"""What each kind of statement does to an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embedded.ksql import insertion
from embedded.ksql.catalog import Column, Source, TopicSpec
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import statements as ast
from embedded.ksql.operators.running import RunningQuery, running
from embedded.ksql.plan import sources as declaring
from embedded.ksql.plan.planner import Planned, plan
from embedded.ksql.plan.properties import Properties
from embedded.ksql.plan.steps import Write
from embedded.ksql.serde.support import check, check_keys

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine, StatementResult


def execute(
    engine: Engine, statement: ast.Statement, session: dict[str, object], serial: int
) -> StatementResult:
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
        ast.Create: _create,
        ast.CreateAs: _create_as,
        ast.InsertInto: _insert_into,
        ast.InsertValues: _insert_values,
        ast.Drop: _drop,
        ast.Terminate: _terminate,
        ast.Show: _show,
        ast.Describe: _describe,
        ast.Explain: _explain,
        ast.SetProperty: _set,
        ast.CreateType: _create_type,
        ast.DropType: _drop_type,
    }
    handler = handlers.get(type(statement))
    if handler is None:
        raise InvalidError("a SELECT statement is a query, not a command: send it as one")
    result: StatementResult = handler(engine, statement, session, serial)
    return result


def _result(statement: ast.Statement, kind: str, **more: Any) -> StatementResult:
    from embedded.ksql.engine import StatementResult  # noqa: PLC0415 - the engine imports this module

    return StatementResult(statement.text, kind, **more)  # type: ignore[arg-type]


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
    if known is not None and statement.or_replace and known.kind != statement.kind:
        raise InvalidError(
            f"Cannot replace {known.kind.lower()} '{known.name}' by a {statement.kind.lower()}"
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
            raise InvalidError(
                f"Topic '{name}' does not exist. If you want to create a new topic for the stream/table "
                "please re-run the statement providing the required 'PARTITIONS' configuration in the WITH "
                f"clause (and optionally 'REPLICAS'). For example: KAFKA_TOPIC='{name}', PARTITIONS=2"
            )
        engine.make_topic(name, count)
        existing = count
    elif wanted is not None and wanted != existing:
        raise InvalidError(
            f"A Kafka topic with the name '{name}' already exists, with different partition/replica "
            f"configuration than required. KSQL expects {wanted} partitions (topic has {existing})"
        )
    return TopicSpec(name, existing, given.number("REPLICAS") or 1, given.number("RETENTION_MS"))


def _create(engine: Engine, statement: ast.Create, session: dict[str, object], _: int) -> StatementResult:
    known = _known(engine, statement)
    if known is not None and statement.if_not_exists:
        return _result(
            statement,
            "CREATE",
            source=known,
            message=f"Cannot add {statement.kind.lower()} `{statement.name}`: A {known.kind.lower()} with "
            "the same name already exists.",
        )
    if statement.or_replace and (statement.read_only or (known is not None and known.read_only)):
        raise InvalidError("CREATE OR REPLACE is not supported on source streams and tables.")
    source, given = declaring.declared(statement, session)
    topic = _topic(engine, given, source.topic, None)
    source = replace(source, partitions=topic.partitions)
    engine.sources[source.name] = source
    word = "Stream" if source.kind == "STREAM" else "Table"
    return _result(statement, "CREATE", source=source, topics=(topic,), message=f"{word} created")


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
    return any(getattr(each, "value", 0) is None for each in query.partition_by)


def _create_as(
    engine: Engine, statement: ast.CreateAs, session: dict[str, object], serial: int
) -> StatementResult:
    known = _known(engine, statement)
    if known is not None and statement.if_not_exists:
        message = (
            f"Cannot add {statement.kind.lower()} `{statement.name}`: "
            f"A {known.kind.lower()} with the same name already exists."
        )
        return _result(statement, "CREATE", source=known, message=message)
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
                f"writing into it: {', '.join(writers)}"
            )
        terminated = tuple(writers)
        query_id = writers[0] if writers else query_id
        for each in writers:
            del engine.queries[each]
    source = replace(source, partitions=topic.partitions, query_id=query_id)
    query = _running(engine, statement, planned, source, query_id, session)
    engine.sources[source.name] = source
    engine.queries[query.id] = query
    message = f"Created query with ID {query_id}"
    return _result(
        statement,
        "CREATE",
        source=source,
        query=query,
        topics=(topic,),
        terminated=terminated,
        message=message,
    )


def _running(  # noqa: PLR0917 - what a query is made of
    engine: Engine,
    statement: ast.Statement,
    planned: Planned,
    sink: Source,
    query_id: str,
    session: Mapping[str, object],
) -> RunningQuery:
    step = planned.step
    # ksqlDB: INSERT INTO keeps the time of its source; the TIMESTAMP property works where rows are read.
    stamped = isinstance(statement, ast.CreateAs) and sink.timestamp_column is not None
    stamp = (str(sink.timestamp_column), sink.timestamp_format) if stamped else None
    root = Write(
        step.schema,
        step.keys,
        step,
        sink.topic,
        sink.key_format,
        sink.value_format,
        sink.wrap_single_value,
        stamp,
        table=step.table,
    )
    properties = {**engine.properties, **session}
    return running(query_id, statement.text, planned, root, sink, None, properties)


def _insert_into(
    engine: Engine, statement: ast.InsertInto, session: dict[str, object], serial: int
) -> StatementResult:
    target = _target(engine, statement.target)
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
    query = _running(engine, statement, planned, target, name, session)
    engine.queries[query.id] = query
    return _result(
        statement, "INSERT_SELECT", source=target, query=query, message=f"Created query with ID {name}"
    )


def _target(engine: Engine, name: str) -> Source:
    found = engine.sources.get(name)
    if found is None:
        close = [known for known in engine.sources if known.upper() == name.upper()]
        hint = (
            f'\nDid you mean "{close[0]}"? Hint: wrap the source name in double quotes to make it '
            "case-sensitive."
            if close
            else ""
        )
        raise InvalidError(f"Cannot insert into an unknown stream/table: `{name}`{hint}")
    return found


def _insert_values(
    engine: Engine, statement: ast.InsertValues, session: dict[str, object], _: int
) -> StatementResult:
    target = _target(engine, statement.target)
    record = insertion.record(statement, target)
    del session
    return _result(statement, "INSERT_VALUES", source=target, records=(record,))


def _drop(engine: Engine, statement: ast.Drop, _: dict[str, object], __: int) -> StatementResult:
    source = engine.sources.get(statement.name)
    word = "Stream" if statement.kind == "STREAM" else "Table"
    if source is None:
        if statement.if_exists:
            return _result(statement, "DROP", message=f"Source {statement.name} does not exist.")
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
    return _result(
        statement,
        "DROP",
        source=source,
        terminated=ended,
        delete_topics=topics,
        message=f"Source `{source.name}` (topic: {source.topic}) was dropped.",
    )


def _reads(query: Any, source: Source) -> bool:
    return source.name in getattr(query, "source_names", ())


def _terminate(engine: Engine, statement: ast.Terminate, _: dict[str, object], __: int) -> StatementResult:
    if statement.query_id is None:
        ended = tuple(engine.queries)
    elif statement.query_id in engine.queries:
        ended = (statement.query_id,)
    else:
        raise InvalidError(f"Unknown queryId: {statement.query_id}")
    for query_id in ended:
        del engine.queries[query_id]
    return _result(statement, "TERMINATE", terminated=ended, message="Query terminated.")


def _show(engine: Engine, statement: ast.Show, session: dict[str, object], _: int) -> StatementResult:
    del engine
    shown = {name: str(value) for name, value in session.items()} if statement.what == "PROPERTIES" else {}
    return _result(statement, f"SHOW_{statement.what}", extended=statement.extended, properties=shown)


def _describe(engine: Engine, statement: ast.Describe, _: dict[str, object], __: int) -> StatementResult:
    if statement.name is None:
        return _result(statement, "SHOW_STREAMS", extended=True)
    source = engine.sources.get(statement.name)
    if source is None:
        raise InvalidError(
            f"Could not find STREAM/TABLE '{statement.name}' in the Metastore",
            line=statement.place.line,
            column=statement.place.column,
        )
    return _result(statement, "DESCRIBE", source=source, extended=statement.extended)


def _explain(
    engine: Engine, statement: ast.Explain, session: dict[str, object], serial: int
) -> StatementResult:
    if statement.query_id is not None:
        query = engine.queries.get(statement.query_id)
        if query is None:
            raise InvalidError(f"Query with id:{statement.query_id} does not exist")
        return _result(statement, "EXPLAIN", query=query, source=query.sink)
    inner = statement.statement
    if isinstance(inner, ast.Query):
        return _result(statement, "EXPLAIN", query=push(engine, inner, session))
    if not isinstance(inner, ast.CreateAs | ast.InsertInto):
        raise InvalidError("The provided statement does not run a ksql query")
    before = dict(engine.sources), dict(engine.queries)
    try:
        made = execute(engine, inner, session, serial)
    finally:
        engine.sources, engine.queries = before
    return _result(statement, "EXPLAIN", query=made.query, source=made.source)


def _set(engine: Engine, statement: ast.SetProperty, session: dict[str, object], _: int) -> StatementResult:
    del engine
    if statement.value is None:
        session.pop(statement.name, None)
        return _result(statement, "UNSET", properties={statement.name: ""})
    session[statement.name] = statement.value
    return _result(statement, "SET", properties={statement.name: statement.value})


def _create_type(engine: Engine, statement: ast.CreateType, _: dict[str, object], __: int) -> StatementResult:
    if statement.name in engine.types:
        message = (
            f"Cannot register custom type '{statement.name}' since it is already registered with type: "
            f"{engine.types[statement.name]}"
        )
        if not statement.if_not_exists:
            raise InvalidError(message)
        return _result(statement, "CREATE_TYPE", message=message)
    engine.types[statement.name] = statement.type
    message = f"Registered custom type with name '{statement.name}' and SQL type {statement.type}"
    return _result(statement, "CREATE_TYPE", message=message)


def _drop_type(engine: Engine, statement: ast.DropType, _: dict[str, object], __: int) -> StatementResult:
    if engine.types.pop(statement.name, None) is None and not statement.if_exists:
        raise InvalidError(f"Type {statement.name} does not exist.")
    return _result(statement, "DROP_TYPE", message=f"Dropped type '{statement.name}'")


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
    return running(
        name, statement.text, planned, planned.step, None, query.limit, {**engine.properties, **session}
    )


__all__ = ("execute", "push")
