"""The engine: statements in; streams, tables and queries out. It runs nothing and touches no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from embedded.ksql.catalog import MemoryTopics, Source, Topics, TopicSpec
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


class Engine:
    """A metastore and its queries.

    Args:
        properties: ksqlDB's and Kafka Streams' properties, for instance `auto.offset.reset`,
            `ksql.service.id`, `ksql.functions.…`.
        topics: the cluster's topics; by default every topic exists with one partition.

    `sources` are by name, `queries` by id, both in the order of their creation.
    """

    def __init__(self, properties: Mapping[str, object] | None = None, topics: Topics | None = None) -> None:
        self.properties: dict[str, object] = dict(properties or {})
        self.topics: Topics = topics or MemoryTopics()
        self.sources: dict[str, Source] = {}
        self.queries: dict[str, Query] = {}

    def execute(self, sql: str, properties: Mapping[str, object] | None = None) -> list[StatementResult]:
        """Carries out the statements of `sql`, all or none of them.

        Args:
            sql: one or more statements, each ended by a semicolon.
            properties: for these statements only, over the engine's own.

        Raises:
            InvalidError: a statement is wrong; nothing was changed.
            UnsupportedError: a statement needs what this engine does not have; nothing was changed.
        """
        raise NotImplementedError

    def transient(self, sql: str, properties: Mapping[str, object] | None = None) -> Query:
        """The push query of `SELECT … EMIT CHANGES`. It is not kept in `queries`.

        Raises:
            InvalidError: as for `execute`.
            UnsupportedError: as for `execute`.
        """
        raise NotImplementedError


__all__: Sequence[str] = ("Engine", "StatementResult")
