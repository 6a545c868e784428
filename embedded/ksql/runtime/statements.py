"""Statements carried out: checked by the engine, written to the command topic, put to work."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from embedded.ksql import overrides
from embedded.ksql.catalog import TopicSpec
from embedded.ksql.engine import Engine, StatementResult
from embedded.ksql.errors import InvalidError, KsqlError
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.commands import Command, CommandLog

log = logging.getLogger(__name__)

_NAMED: Final = re.compile(
    r"(STREAM|TABLE|TYPE)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:`(.+?)`|(\w+))", re.IGNORECASE
)
_PAUSE: Final = re.compile(r"\s*(PAUSE|RESUME)\s+(\S+?)\s*;?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pausing:
    """PAUSE or RESUME of one query, or of ALL."""

    resume: bool
    query_id: str


def pausing(sql: str) -> Pausing | None:
    """The PAUSE or RESUME statement that `sql` is, if it is one."""
    match = _PAUSE.fullmatch(sql)
    return Pausing(match[1].upper() == "RESUME", match[2].upper()) if match else None


class _Remembering:
    """A cluster's topics, with what was said of them when a statement was first carried out."""

    def __init__(self, ask: Callable[[str], int | None]) -> None:
        self.known: dict[str, int] = {}
        self._ask = ask

    def partitions(self, name: str) -> int | None:
        if name in self.known:
            return self.known[name]
        found = self._ask(name)
        if found is not None:
            self.known[name] = found
        return found


def command_id(result: StatementResult) -> str:
    """The id of a statement's command, `type/name/action` (ksqlDB documentation, /status endpoint)."""
    action = "drop" if result.kind.startswith("DROP") else "create"
    if result.kind == "TERMINATE":
        return f"terminate/{result.terminated[0] if len(result.terminated) == 1 else 'ALL'}/execute"
    if result.source is None:
        named = _NAMED.search(result.statement)
        if named is None:
            raise ValueError(f"the engine names nothing for: {result.statement}")
        return f"{named[1].lower()}/{named[2] or named[3].upper()}/{action}"
    name = result.source.name if action == "drop" else f"`{result.source.name}`"
    return f"{result.source.kind.lower()}/{name}/{action}"


class Statements:
    """The engine's metastore, kept the same on every instance by the command topic."""

    def __init__(self, cluster: Cluster, log: CommandLog, properties: Mapping[str, object]) -> None:
        self._cluster = cluster
        self._log = log
        self._topics = _Remembering(cluster.partitions)
        self.engine = Engine(properties, self._topics)
        self.resets: dict[str, str] = {}
        self.outcomes: dict[str, str] = {}

    def restore(self) -> list[Pausing]:
        """Carry out again all that the command topic holds; return what pauses queries, in order.

        Missing topics of what is left at the end are made.
        """
        pauses: list[Pausing] = []
        specs: dict[str, TopicSpec] = {}
        for command in self._log.read_to_end():
            results = self.again(command)
            if isinstance(results, Pausing):
                pauses.append(results)
                continue
            specs |= {spec.name: spec for result in results for spec in result.topics}
        self._topics.known.clear()
        used = {source.topic for source in self.engine.sources.values()}
        self._cluster.create(spec for name, spec in specs.items() if name in used)
        return pauses

    def news(self) -> list[list[StatementResult] | Pausing]:
        """Carry out what other instances have written since."""
        return [self.again(command) for command in self._log.poll()]

    def again(self, command: Command) -> list[StatementResult] | Pausing:
        """Carry out a statement that the command topic holds."""
        pause = pausing(command.statement)
        if pause:
            self.outcomes[command.command_id] = "Query resumed." if pause.resume else "Query paused."
            return pause
        self._topics.known = dict(command.partitions)
        try:
            results = self.engine.execute(command.statement, command.properties)
        except KsqlError as error:
            log.error("statement %d of the command topic is left out: %s", command.offset, error)  # noqa: TRY400
            self.outcomes[command.command_id] = f"left out: {error}"
            return []
        self._note(results)
        self.outcomes[command.command_id] = results[-1].message if results else ""
        return results

    def _note(self, results: list[StatementResult]) -> None:
        for result in results:
            if result.query:
                self.resets[result.query.id] = overrides.reset({**self.engine.properties, **result.overrides})

    def execute(self, sql: str, properties: Mapping[str, Any]) -> list[StatementResult]:
        """Carry out statements with the engine and make their topics; nothing is written down yet.

        Raises:
            KsqlError: one of them is refused; nothing was changed.
            RuntimeFailureError: a topic cannot be made; the engine has to be restored.
        """
        self._topics.known.clear()
        results = self.engine.execute(sql, properties)
        self._cluster.create(spec for result in results for spec in result.topics)
        self._note(results)
        return results

    def write(self, result: StatementResult) -> Command:
        """Write down a statement that was carried out, with the properties that it had.

        Raises:
            FencedError: another instance wrote at the same moment; the engine has to be restored.
            RuntimeFailureError: Kafka did not take it; the engine has to be restored.
        """
        asked = dict(self._topics.known) | {spec.name: spec.partitions for spec in result.topics}
        command = Command(command_id(result), f"{result.statement};", dict(result.overrides), asked)
        self.outcomes[command.command_id] = result.message
        return self._log.append(command)

    def write_pause(self, sql: str, pause: Pausing) -> tuple[Command, tuple[str, ...]]:
        """Write down a PAUSE or RESUME; return the command and the queries that it means.

        Raises:
            InvalidError: there is no such query.
        """
        ids = tuple(self.engine.queries) if pause.query_id == "ALL" else (pause.query_id,)
        if unknown := [query_id for query_id in ids if query_id not in self.engine.queries]:
            raise InvalidError(f"Unknown queryId: {unknown[0]}", statement=sql)
        verb = "resume" if pause.resume else "pause"
        command = Command(f"{verb}/{pause.query_id}/execute", sql, {}, {})
        return self._log.append(command), ids
