"""One instance at work: its share of the partitions, its statements, its transactions."""

import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from embedded.ksql.catalog import TopicSpec
from embedded.ksql.engine import Engine, StatementResult
from embedded.ksql.runtime import dead_letters
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.commands import Command, CommandLog
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.identity import Identity
from embedded.ksql.runtime.intake import BATCH, Source, Taken
from embedded.ksql.runtime.membership import Membership
from embedded.ksql.runtime.names import PREFIX, Names
from embedded.ksql.runtime.progress import Progress
from embedded.ksql.runtime.queries import Queries
from embedded.ksql.runtime.statements import CHANGES, Pausing, Statements, pausing
from embedded.ksql.runtime.states import QueryStates
from embedded.ksql.runtime.transaction import Transaction
from embedded.ksql.runtime.values import Values
from embedded.ksql.runtime.worker import QueryFailedError
from embedded.ksql.settings import Settings

log = logging.getLogger(__name__)

WORKERS: Final = 8
"""Into how many shares an application's partitions are divided: the most instances that can have work."""

IDLE: Final = 0.05
"""Seconds that an idle instance waits for records, and a statement at most for an idle instance."""

ALERT: Final = 0.002
"""The same, within a second after the last statement."""

LOOK: Final = 0.5
"""Seconds between two looks for records that others have written to topics that are handed on."""

BACKLOG: Final = 4
"""How much longer a transaction stays open when more records wait than one batch takes."""

SNAPSHOT_IDLE: Final = 200_000
SNAPSHOT_BUSY: Final = 5_000_000
"""Records since the last snapshot after which an idle, or any, instance takes the next one."""


@dataclass(frozen=True, slots=True)
class Done:
    """A statement that was carried out; `command` is None for one that the command topic does not keep."""

    result: StatementResult | None
    command: Command | None
    message: str = ""


class Instance:
    """One instance of an application. All is called in one thread.

    Raises:
        RuntimeFailureError: Kafka does not answer, or the state folder is taken.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.names = Names(settings.service_id)
        self._identity = Identity(settings.state_dir)
        self.states = QueryStates()
        self.asked = 0.0
        self.cluster = Cluster(settings.bootstrap)
        self.cluster.create(
            [
                TopicSpec(self.names.commands, retention_ms=-1),
                TopicSpec(self.names.journal, WORKERS, retention_ms=-1),
                TopicSpec(self.names.snapshots, WORKERS, retention_ms=-1),
                dead_letters.SPEC,
            ]
        )
        self._membership = Membership(
            settings.bootstrap, self.names.instances, self._identity.name, self.names.journal
        )
        self._source = Source(settings.bootstrap)
        self._progress = Progress(self.cluster, self.names)
        self._values = Values(settings.bootstrap)
        self._mine: frozenset[int] | None = None
        self._look_at = 0.0
        self._dirty = True
        self._transaction: Transaction
        self._queries: Queries
        self._restore()

    @property
    def engine(self) -> Engine:
        """The metastore, to be read."""
        return self._statements.engine

    @property
    def is_at_work(self) -> bool:
        """Whether this instance knows its share of the partitions and has recovered it."""
        return self._mine is not None

    def _restore(self) -> None:
        self._log = CommandLog(self.cluster, self.names.commands)
        self._statements = Statements(self.cluster, self._log, self._settings.properties)
        for pause in self._statements.restore():
            self._set_paused(pause)
        self._stale = False

    def _set_paused(self, pause: Pausing) -> None:
        for query_id in self.engine.queries if pause.query_id == "ALL" else [pause.query_id]:
            self.states.set(query_id, "RUNNING" if pause.resume else "PAUSED")

    # ---- one turn -----------------------------------------------------------------------------

    def turn(self) -> None:
        """Read, process, and commit when it is time to.

        Raises:
            QueryFailedError: a query failed; call `failed`, then go on.
            RuntimeFailureError: Kafka refused something; call `lost`, then go on.
        """
        self._membership.poll()
        if self._stale:
            self._restore()
            self._mine = None
        if self._membership.mine is None:
            self._await_share()
            return
        if self._mine != self._membership.mine:
            self._take_over(self._membership.mine)
        taken = self._source.take(self._patience())
        busy = self._queries.process(taken)
        opened = self._transaction.opened
        if opened is not None and time.monotonic() - opened < self._interval(taken):
            return
        self._queries.commit()
        self._between(idle=not busy)

    def _await_share(self) -> None:
        if self._mine is not None and self._transaction.opened is not None:
            self._queries.commit()
        self._membership.poll(IDLE)

    def _take_over(self, mine: frozenset[int]) -> None:
        if self._mine is not None:
            self._queries.commit()
            self._queries.release()
        else:
            self._transaction = Transaction(
                self._settings.bootstrap, f"{PREFIX}{self.names.service_id}-{self._identity.name}"
            )
        self._queries = Queries(self.cluster, self.names, self._transaction, self.states, WORKERS)
        self._mine = None
        self._queries.take_over(mine, self.engine.queries)
        self._queries.place_new(self._statements.resets)
        self._source.read_from(self._queries.starts())
        self._mine = mine
        log.info("at work on %d of %d shares", len(mine), WORKERS)

    def _patience(self) -> float:
        now = time.monotonic()
        if self._transaction.opened is not None:
            return max(0.0, self._transaction.opened + self._settings.commit_interval - now)
        return ALERT if now - self.asked < 1 else IDLE

    def _interval(self, taken: Taken) -> float:
        full = sum(len(records) for records in taken.records.values()) >= BATCH
        return self._settings.commit_interval * (BACKLOG if full else 1)

    def _between(self, *, idle: bool) -> None:
        now = time.monotonic()
        look = now >= self._look_at or (idle and self._dirty)
        changed = self._queries.settle(look=look)
        if changed:
            self._source.read_from(self._queries.starts())
        if look:
            self._look_at = now + LOOK
            self._progress.tell(self._queries.positions(), idle=idle)
            self._follow()
        self._dirty = not idle
        since = self._queries.since_snapshot
        if since > (SNAPSHOT_IDLE if idle else SNAPSHOT_BUSY):
            self._queries.snapshot()

    # ---- when something goes wrong ------------------------------------------------------------

    def failed(self, error: QueryFailedError) -> None:
        """Stop a query that failed, and bring the others back to the last commit."""
        log.error("query %s has failed and stays stopped: %s", error.query_id, error, exc_info=error)
        self.states.set(error.query_id, "ERROR", str(error))
        self.lost()

    def lost(self) -> None:
        """Give up what is open; the next turn recovers from what is committed."""
        if self._mine is not None:
            with contextlib.suppress(RuntimeFailureError):
                self._transaction.abort()
        self._mine = None

    # ---- statements ---------------------------------------------------------------------------

    def execute(self, sql: str, properties: Mapping[str, Any]) -> list[Done]:
        """Carry out the statements of `sql`, all or none of them.

        Raises:
            KsqlError: one is refused; nothing was changed.
            RuntimeFailureError: Kafka refused; what was written down before is carried out all the same.
        """
        pause = pausing(sql)
        if self._mine is None:
            raise RuntimeFailureError("the instance is recovering; try again")
        if self._transaction.opened is not None:
            self._queries.commit()
        if pause:
            return [self._pause(sql, pause)]
        results = self._statements.execute(sql, properties)
        self._stale = True
        if any(result.terminated for result in results) and self._queries.since_snapshot:
            self._queries.snapshot()
        done = [self._carry_out(result, properties) for result in results]
        self._stale = False
        self._source.read_from(self._queries.starts())
        return done

    def _carry_out(self, result: StatementResult, properties: Mapping[str, Any]) -> Done:
        command = None
        if result.kind in CHANGES:
            command = self._statements.write(result, properties)
            self._apply(result)
        elif result.kind == "INSERT_VALUES":
            self._values.send(result.records, self.cluster)
        return Done(result, command, result.message)

    def _apply(self, result: StatementResult) -> None:
        for query_id in result.terminated:
            self._queries.stop(query_id)
            self._progress.forget(query_id)
            self.states.forget(query_id)
        self.cluster.delete(result.delete_topics)
        if result.query and result.kind in CHANGES:
            self._queries.start(result.query, self._statements.resets[result.query.id])

    def _pause(self, sql: str, pause: Pausing) -> Done:
        deadline = time.monotonic() + 10
        while not self._queries.may_pause and time.monotonic() < deadline:
            self._queries.process(self._source.take(IDLE))
            self._queries.commit()
            self._queries.settle(look=False)
            self._source.read_from(self._queries.starts())
        command, ids = self._statements.write_pause(sql, pause)
        self._apply_pause(ids, pause)
        return Done(None, command, "Query resumed." if pause.resume else "Query paused.")

    def _apply_pause(self, ids: tuple[str, ...], pause: Pausing) -> None:
        for query_id in ids:
            if not pause.resume and self.states[query_id].status == "RUNNING":
                self._queries.pause(query_id)
        self._set_paused(pause)
        self._source.read_from(self._queries.starts())

    def _follow(self) -> None:
        for news in self._statements.news():
            if isinstance(news, Pausing):
                ids = tuple(self.engine.queries) if news.query_id == "ALL" else (news.query_id,)
                self._apply_pause(ids, news)
                continue
            for result in news:
                self._apply(result)
            self._source.read_from(self._queries.starts())

    # ---- the end ------------------------------------------------------------------------------

    def leave(self) -> None:
        """Commit, keep a snapshot for the next start, and give up this instance's share."""
        if self._mine is None:
            return
        with contextlib.suppress(QueryFailedError):
            self._queries.commit()
            self._queries.settle(look=True)
            self._progress.tell(self._queries.positions(), idle=True)
            if self._queries.since_snapshot:
                self._queries.snapshot()
            self._progress.await_told(5)
            self._queries.release()
            self._mine = None

    def close(self) -> None:
        """Close all clients."""
        self._membership.leave()
        self._source.close()
        self._log.close()
        self._identity.release()
