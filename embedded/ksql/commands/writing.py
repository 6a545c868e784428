"""The query that fills a sink."""

from collections.abc import Mapping

from embedded.ksql.catalog import Source
from embedded.ksql.language import statements as ast
from embedded.ksql.operators.running import RunningQuery, running
from embedded.ksql.plan.planner import Planned
from embedded.ksql.plan.steps import Write


def write(
    statement: ast.Statement,
    planned: Planned,
    sink: Source,
    query_id: str,
    session: Mapping[str, object],
) -> RunningQuery:
    """The query that writes what is planned into `sink`."""
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
    return running(query_id, statement.text, planned, root, sink, None, dict(session))
