"""What statements did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from embedded.ksql.catalog import Source, TopicSpec
from embedded.ksql.query import Query
from embedded.ksql.record import Record

StatementKind = Literal[
    "CREATE", "INSERT_SELECT", "INSERT_VALUES", "DROP", "TERMINATE", "SHOW_STREAMS", "SHOW_TABLES",
    "SHOW_QUERIES", "SHOW_TOPICS", "SHOW_PROPERTIES", "SHOW_FUNCTIONS", "SHOW_TYPES", "DESCRIBE", "EXPLAIN",
    "SET", "UNSET", "CREATE_TYPE", "DROP_TYPE",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What one statement did.

    Args:
        statement: its text, without the semicolon.
        kind: which statement it was.
        message: a sentence as ksqlDB's command status has it (`Stream created`, …).
        source: the stream or table that was made, dropped or described.
        query: the query that was started (create … as select, insert into … select), or explained.
        terminated: ids of queries to stop.
        topics: topics to be made, if missing, before the query starts or the record is sent.
        delete_topics: topics to delete (DROP … DELETE TOPIC).
        records: records to send (INSERT … VALUES); partition to be chosen with `partition_of`.
        extended: SHOW/DESCRIBE … EXTENDED was asked for.
    """

    statement: str
    kind: StatementKind
    message: str = ""
    source: Source | None = None
    query: Query | None = None
    terminated: tuple[str, ...] = ()
    topics: tuple[TopicSpec, ...] = ()
    delete_topics: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    extended: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
