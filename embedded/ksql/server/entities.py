"""What the instance knows, in the JSON shapes of ksqlDB's API (its REST model's entities)."""

from collections.abc import Iterable
from typing import Any

from embedded.ksql.catalog import Source
from embedded.ksql.commands.drop import constraints
from embedded.ksql.functions import library, registry
from embedded.ksql.query import Query
from embedded.ksql.result import StatementResult
from embedded.ksql.runtime.executor import Done
from embedded.ksql.runtime.instance import Instance
from embedded.ksql.runtime.statements import command_id
from embedded.ksql.server.schemas import field, schema

Entity = dict[str, Any]


def entity(kind: str, statement: str, **fields: Any) -> Entity:
    """One answer of `/ksql`."""
    return {"@type": kind, "statementText": statement, **fields, "warnings": []}


def command_status(done: Done, statement: str) -> Entity:
    """The answer for a statement that the command topic keeps."""
    command = done.command
    query = done.result.query.id if done.result and done.result.query else None
    return entity(
        "currentStatus",
        statement,
        commandId=command.command_id if command else "",
        commandStatus={"status": "SUCCESS", "message": done.message, "queryId": query},
        commandSequenceNumber=command.offset if command else -1,
    )


def nothing_to_drop(result: StatementResult, statement: str) -> Entity:
    """The answer for DROP IF EXISTS of what is not there: a success that the command topic does not keep."""
    status = {"status": "SUCCESS", "message": result.message, "queryId": None}
    return entity(
        "currentStatus",
        statement,
        commandId=command_id(result),
        commandStatus=status,
        commandSequenceNumber=-1,
    )


def running_query(instance: Instance, query: Query) -> dict[str, Any]:
    """A query as SHOW QUERIES lists it; `queryErrors` says why it has failed, and what it has lost."""
    state = instance.states[query.id]
    sink = query.sink
    described: dict[str, Any] = {
        "queryString": f"{query.statement};",
        "sinks": [sink.name] if sink else [],
        "sinkKafkaTopics": [sink.topic] if sink else [],
        "id": query.id,
        "statusCount": {state.status: 1},
        "queryType": query.kind,
        "state": state.status,
    }
    if errors := _errors(instance, query):
        described["queryErrors"] = errors
    return described


def _errors(instance: Instance, query: Query) -> list[dict[str, Any]]:
    state = instance.states[query.id]
    return [
        {"timestamp": when, "errorMessage": what, "type": "UNKNOWN"}
        for when, what in ((state.lost, state.loss), (state.since, state.error))
        if what
    ]


def sources(instance: Instance, kind: str) -> list[dict[str, Any]]:
    """The streams or tables as SHOW STREAMS and SHOW TABLES list them."""
    return [
        {
            "type": source.kind,
            "name": source.name,
            "topic": source.topic,
            "keyFormat": source.key_format.name,
            "valueFormat": source.value_format.name,
            "isWindowed": source.window is not None,
        }
        for source in sorted(instance.engine.sources.values(), key=lambda source: source.name)
        if source.kind == kind
    ]


def queries(instance: Instance) -> list[dict[str, Any]]:
    """All persistent queries."""
    return [running_query(instance, query) for query in instance.engine.queries.values()]


def source_description(instance: Instance, source: Source, *, extended: bool) -> dict[str, Any]:
    """A stream or table as DESCRIBE shows it."""
    everything = instance.engine.queries.values()
    reading = [query for query in everything if source.topic in query.source_topics]
    writing = [query for query in everything if query.sink and query.sink.name == source.name]
    replicas: list[int] = instance.cluster.refresh().get(source.topic, [])
    return {
        "name": source.name,
        "windowType": source.window.kind if source.window else None,
        "readQueries": [running_query(instance, query) for query in reading],
        "writeQueries": [running_query(instance, query) for query in writing],
        "fields": [field(column) for column in source.columns],
        "type": source.kind,
        "timestamp": source.timestamp_column or "",
        "statistics": _held(instance, writing) if extended else "",
        "errorStats": "",
        "extended": extended,
        "keyFormat": source.key_format.name,
        "valueFormat": source.value_format.name,
        "topic": source.topic,
        "partitions": len(replicas),
        "replication": replicas[0] if replicas else 0,
        "statement": f"{source.statement};",
        "queryOffsetSummaries": [_offsets(instance, query) for query in writing] if extended else [],
        "sourceConstraints": constraints(instance.engine, source),
        "clusterStatistics": [],
        "clusterErrorStats": [],
    }


def _held(instance: Instance, queries: Iterable[Query]) -> str:
    """What queries hold on this server, in words: ksqlDB tells its throughput so, in this field."""
    held = [instance.queries.held(query.id) for query in queries]
    rows, size = sum(each.rows for each in held), sum(each.bytes_in_memory for each in held)
    return f"rows-held: {rows} bytes-in-memory: {size}" if rows else ""


def _offsets(instance: Instance, query: Query) -> dict[str, Any]:
    at = instance.positions(query.id)
    starts, ends = instance.cluster.starts(at), instance.cluster.ends(at, committed=False)
    summaries: dict[str, list[dict[str, int]]] = {}
    for key in sorted(at):
        summaries.setdefault(key[0], []).append(
            {
                "partition": key[1],
                "logStartOffset": starts[key],
                "logEndOffset": ends[key],
                "consumerOffset": at[key],
            }
        )
    return {
        "groupId": instance.names.group(query.id),
        "topicSummaries": [{"kafkaTopic": topic, "offsets": offsets} for topic, offsets in summaries.items()],
    }


def query_description(instance: Instance, query: Query, host: str) -> dict[str, Any]:
    """A query as EXPLAIN shows it. The plan names the stages and the topics between them."""
    state = instance.states[query.id]
    reads = {source.topic: source.name for source in instance.engine.sources.values()}
    plan = "\n".join(
        f"{stage.id}: {', '.join(stage.source_topics)} -> {', '.join(stage.output_topics)}"
        for stage in query.stages
    )
    return {
        "id": query.id,
        "statementText": f"{query.statement};",
        "windowType": query.sink.window.kind if query.sink and query.sink.window else None,
        "fields": _fields(query),
        "sources": sorted(reads.get(topic, topic) for topic in query.source_topics),
        "sinks": [query.sink.name] if query.sink else [],
        "topology": plan,
        "executionPlan": plan,
        "overriddenProperties": {},
        "ksqlHostQueryStatus": {host: state.status} if query.id in instance.engine.queries else {},
        "queryType": query.kind,
        "queryErrors": _errors(instance, query),
        "tasksMetadata": [],
        "consumerGroupId": instance.names.group(query.id),
        "state": state.status,
    }


def _fields(query: Query) -> list[dict[str, Any]]:
    keys = {column.name for column in query.sink.key_columns} if query.sink else set()
    return [
        {"name": name, "schema": schema(type_)} | ({"type": "KEY"} if name in keys else {})
        for name, type_ in query.columns
    ]


def topics(instance: Instance) -> list[dict[str, Any]]:
    """The cluster's topics, without internal ones, as SHOW TOPICS lists them."""
    return [
        {"name": name, "replicaInfo": replicas}
        for name, replicas in sorted(instance.cluster.refresh().items())
        if not name.startswith(("_", "__"))
    ]


def properties(instance: Instance) -> list[dict[str, Any]]:
    """The properties as SHOW PROPERTIES lists them."""
    return [
        {"name": name, "scope": "KSQL", "value": str(value), "editable": True, "level": "SERVER"}
        for name, value in sorted(instance.engine.properties.items())
    ]


def types(instance: Instance) -> dict[str, Any]:
    """The custom types as SHOW TYPES lists them."""
    return {name: schema(type_) for name, type_ in sorted(instance.engine.types.items())}


def functions(instance: Instance) -> list[dict[str, str]]:  # noqa: ARG001  # all instances have the same
    """The functions as SHOW FUNCTIONS lists them."""
    library.load()
    found = [(name, "SCALAR") for name in registry.scalars]
    found += [(name, "TABLE") for name in registry.tables]
    found += [(name, "AGGREGATE") for name in registry.aggregates]
    return [{"name": name, "type": kind, "category": ""} for name, kind in sorted(found)]
