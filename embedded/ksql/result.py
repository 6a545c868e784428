"""What statements did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from embedded.ksql.catalog import Source, TopicSpec
from embedded.ksql.query import Query
from embedded.ksql.record import Record

StatementKind = Literal[
    "CREATE", "INSERT_SELECT", "INSERT_VALUES", "DROP", "TERMINATE", "SHOW_STREAMS", "SHOW_TABLES",
    "SHOW_QUERIES", "SHOW_TOPICS", "SHOW_PROPERTIES", "SHOW_FUNCTIONS", "SHOW_TYPES", "DESCRIBE", "EXPLAIN",
    "SET", "UNSET", "CREATE_TYPE", "DROP_TYPE",
]  # fmt: skip
CHANGES: Final = frozenset({"CREATE", "INSERT_SELECT", "DROP", "TERMINATE", "CREATE_TYPE", "DROP_TYPE"})
"""The kinds of statement that change what there is."""


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
        overrides: the properties that its call overrides, as SET and UNSET have changed them up to it.
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
    overrides: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether the statement changed anything, so that the command topic keeps it and it has a number.

        Queries are named by the numbers of their statements. What is not kept must not be counted, or the
        same query would have another name after a restart.
        """
        if self.kind == "CREATE" and self.query is None and not self.topics:
            return not self.message.startswith("Cannot add ")
        if self.kind == "DROP":
            return self.source is not None
        return self.kind in CHANGES
