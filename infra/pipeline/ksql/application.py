"""Statements put in force on a server, and taken back: each step is noted before the next is taken."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from infra.errors import LabError, RefusedError
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.statements import Statement
from infra.private_file import write_private


class Applied(Statement):
    """A statement in force, with the query that it started (None for a source or a type)."""

    query_id: str | None = None


APPLIED = TypeAdapter(list[Applied])
POSITION: Final = re.compile(r"line (\d+):(\d+)")
"""Where ksqlDB's parser found a fault, counted from the first line of the statement."""


@dataclass(frozen=True)
class Journal:
    """A file that lists what was made by a run that has not ended yet; absent otherwise.

    Pulumi learns what was made when all of it is. What an interrupted run made is known from here, so that
    the next one can take it back instead of stumbling over it.
    """

    path: Path

    def read(self) -> list[Applied]:
        """What the last run left behind."""
        return APPLIED.validate_json(self.path.read_bytes()) if self.path.exists() else []

    def note(self, made: list[Applied]) -> None:
        """Put down what this run has made so far."""
        write_private(self.path, APPLIED.dump_json(made, indent=1).decode())

    def close(self) -> None:
        """Nothing is left behind."""
        self.path.unlink(missing_ok=True)


def make(client: KsqlClient, statements: Iterable[Statement], journal: Journal) -> list[Applied]:
    """Carry out statements in order, all of them or none.

    Raises:
        RefusedError: naming file, line, statement and ksqlDB's message; what was made before is dropped.
    """
    made: list[Applied] = []
    for statement in statements:
        try:
            query_id = _make_one(client, statement)
        except LabError as error:
            drop(client, reversed(made), delete_topics=False)
            journal.close()
            raise _refused(statement, error) from None
        made.append(Applied(**statement.model_dump(), query_id=query_id))
        journal.note(made)
    return made


def drop(client: KsqlClient, statements: Iterable[Applied], *, delete_topics: bool) -> None:
    """Terminate the queries of statements and drop what they made, in the order given.

    What is gone already is passed over.

    Raises:
        RefusedError: ksqlDB keeps something, for instance because a query that is not the lab's reads it.
    """
    statements = list(statements)
    if not statements:
        return
    queries = client.queries()
    sources = client.sources()
    types = client.types() if any(statement.kind == "TYPE" for statement in statements) else set()
    for statement in statements:
        try:
            for query in queries:
                if query.id == statement.query_id or (
                    statement.kind != "INSERT" and statement.name in query.sinks
                ):
                    client.terminate(query.id)
                    queries = [other for other in queries if other.id != query.id]
            if statement.name in sources or statement.name in types:
                _drop_one(client, statement, delete_topic=delete_topics)
        except RefusedError as error:
            raise RefusedError(
                f"ksqlDB will not drop {statement.kind} {statement.name} ({statement.place}): {error.what}",
                "End the queries that use it and that are not the lab's (SHOW QUERIES; TERMINATE id;).",
            ) from None


def broken(client: KsqlClient, statements: Iterable[Applied]) -> frozenset[str]:
    """The keys of the statements that are not in force: what they made is gone, or its query does not run."""
    sources = client.sources()
    well = {query.id: query for query in client.queries() if query.is_well}
    statements = list(statements)
    types = client.types() if any(statement.kind == "TYPE" for statement in statements) else set()
    return frozenset(
        statement.key
        for statement in statements
        if (statement.query_id is not None and statement.query_id not in well)
        or (statement.kind in {"STREAM", "TABLE"} and sources.get(statement.name) != statement.kind)
        or (statement.kind == "TYPE" and statement.name not in types)
    )


def _make_one(client: KsqlClient, statement: Statement) -> str | None:
    query_id = client.execute(statement.text, statement.properties)
    if query_id is not None or not _starts_query(statement):
        return query_id
    # servers before ksqlDB 0.11 do not tell: the query is the one that writes there and was started last
    candidates = [query.id for query in client.queries() if statement.name in query.sinks]
    return max(candidates, key=lambda name: int(name.rpartition("_")[2] or 0), default=None)


def _starts_query(statement: Statement) -> bool:
    words = statement.normal.upper().split()
    return statement.kind == "INSERT" or ("AS" in words and "SELECT" in words)


def _drop_one(client: KsqlClient, statement: Applied, *, delete_topic: bool) -> None:
    if statement.kind != "INSERT":
        client.drop(statement.kind, statement.name, delete_topic=delete_topic)


def _refused(statement: Statement, error: LabError) -> LabError:
    shown = "\n".join(f"    {line}" for line in statement.text.splitlines())
    told = POSITION.sub(lambda at: f"line {statement.line + int(at[1]) - 1}:{at[2]}", error.what)
    return type(error)(
        f"{statement.place}: {told}\n{shown}",
        error.remedy or "Mend the statement and run pulumi up again; nothing of this change is left behind.",
    )
