"""The engine: statements in; streams, tables and queries out. It runs nothing and touches no network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from embedded.ksql.catalog import MemoryTopics, Source, Topics
from embedded.ksql.commands.execute import execute
from embedded.ksql.commands.show import push
from embedded.ksql.errors import InvalidError, KsqlError, UnsupportedError
from embedded.ksql.language import statements as ast
from embedded.ksql.language.parser import parse, require_statement
from embedded.ksql.overrides import Session
from embedded.ksql.query import Query
from embedded.ksql.result import StatementKind, StatementResult
from embedded.ksql.types import Type

_MISTAKES: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What only a mistake of ours raises while a statement is planned."""


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
        self.types: dict[str, Type] = {}
        self._made: dict[str, int] = {}
        self._serial = 0

    def execute(self, sql: str, properties: Mapping[str, object] | None = None) -> list[StatementResult]:
        """Carries out the statements of `sql`, all or none of them.

        Args:
            sql: one or more statements, each ended by a semicolon.
            properties: for these statements only, over the engine's own.

        Raises:
            InvalidError: a statement is wrong; nothing was changed.
            UnsupportedError: a statement needs what this engine does not have; nothing was changed.
        """
        before = (dict(self.sources), dict(self.queries), dict(self.types), dict(self._made), self._serial)
        session = Session(dict(properties or {}), self.properties)
        results: list[StatementResult] = []
        try:
            results.extend(self._execute(statement, session) for statement in parse(sql, self.types))
        except KsqlError:
            self.sources, self.queries, self.types, self._made, self._serial = before
            raise
        return results

    def _execute(self, statement: ast.Statement, session: Session) -> StatementResult:
        try:
            result = execute(self, statement, session, self._serial + 1)
        except KsqlError as error:
            error.statement = error.statement or statement.text
            raise
        except _MISTAKES as error:
            # Whatever goes wrong, a statement is refused rather than half understood.
            raise UnsupportedError(
                f"this statement cannot be compiled ({type(error).__name__}: {error})", statement.text
            ) from error
        self._serial += result.is_kept
        return replace(result, overrides=session.overrides)

    def partitions(self, topic: str) -> int | None:
        """How many partitions a topic has, or will have when it is made; None when there is none."""
        known = self._made.get(topic)
        return self.topics.partitions(topic) if known is None else known

    def make_topic(self, topic: str, partitions: int) -> None:
        """Remembers a topic that a statement asks to be made."""
        self._made[topic] = partitions

    def forget_topic(self, topic: str) -> None:
        """Forgets a topic that a statement asks to be deleted."""
        self._made.pop(topic, None)

    def transient(self, sql: str, properties: Mapping[str, object] | None = None) -> Query:
        """The push query of `SELECT … EMIT CHANGES`. It is not kept in `queries`.

        Raises:
            InvalidError: as for `execute`.
            UnsupportedError: as for `execute`.
        """
        statement = require_statement(parse(sql, self.types))
        if not isinstance(statement, ast.Query):
            raise InvalidError("expected a SELECT statement", statement.text)
        try:
            return push(self, statement, Session(dict(properties or {}), self.properties))
        except KsqlError as error:
            error.statement = error.statement or statement.text
            raise


__all__ = ("Engine", "StatementKind", "StatementResult")


__all__ = ("Engine", "StatementKind", "StatementResult")
