"""One instance at work: its share of the partitions, its statements, its transactions."""

import contextlib
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from embedded.ksql.engine import Engine
from embedded.ksql.runtime import dead_letters, executor
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.commands import CommandLog
from embedded.ksql.runtime.deleted import DeletedTopics
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.holding import Holding
from embedded.ksql.runtime.identity import Identity
from embedded.ksql.runtime.intake import BATCH, Taken
from embedded.ksql.runtime.keeping import Keeper
from embedded.ksql.runtime.membership import Membership
from embedded.ksql.runtime.missing import MissingTopics
from embedded.ksql.runtime.names import PREFIX, Names
from embedded.ksql.runtime.progress import Progress
from embedded.ksql.runtime.queries import Queries
from embedded.ksql.runtime.statements import Pausing, Statements
from embedded.ksql.runtime.states import QueryStates
from embedded.ksql.runtime.transaction import Transaction, prepare_transactions
from embedded.ksql.runtime.values import Values
from embedded.ksql.runtime.work import Work
from embedded.ksql.runtime.worker import QueryFailedError
from embedded.ksql.settings import Settings
from embedded.ksql.state.memory import Memory

log = logging.getLogger(__name__)

WORKERS: Final = 8
"""Into how many shares an application's partitions are divided: the most instances that can have work."""

IDLE: Final = 0.1
"""Seconds that an idle instance waits for records, and a statement at most for an idle instance."""

ALERT: Final = 0.002
"""The same, within a second after the last statement, or after taking over."""

JOINING: Final = 0.01
"""Seconds that an instance without a share waits for the group's decision before it looks."""

LOOK: Final = 0.5
LOOK_IDLE: Final = 1.0
"""Seconds between two looks for records that others have written to topics that are handed on."""

CHECK: Final = 5.0
CHECK_AGAIN: Final = 1.0
"""Seconds between two looks whether all topics are there, and after one was not."""

BACKLOG: Final = 4
"""How much longer a transaction stays open when more records wait than one batch takes."""

WEIGH: Final = 0.5
"""Seconds between two looks how much memory the rows take: they grow by some megabytes."""

SNAPSHOT_SHARE: Final = 5
"""How much longer than taking the last snapshot an instance works before it takes the next one."""


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
        self.missing = MissingTopics(self.cluster, self.states)
        self.source = Holding(settings.bootstrap)
        self.progress = Progress(self.cluster, self.names)
        self.memory = Memory(settings.state_mb << 20, settings.state_dir / "state")
        self.keeper = Keeper(self.cluster, self.names, self.memory)
        self.values = Values(settings.bootstrap)
        self._mine: frozenset[int] | None = None
        self._look_at = 0.0
        self._check_at = 0.0
        self._weigh_at = 0.0
        self._dirty = True
        self.transaction: Transaction
        self.queries: Queries
        self.deleted: DeletedTopics
        self.work: Work
        # Kafka takes its time; the statements, which are planned meanwhile, take the processor's
        prepare_transactions(settings.bootstrap)
        with ThreadPoolExecutor() as meanwhile:
            prepared = meanwhile.submit(self.cluster.prepare_groups, self.names.instances)
            self.cluster.create([*self.names.topics(WORKERS), dead_letters.SPEC])
            joined = meanwhile.submit(self._join, prepared)
            self._begun: Future[Transaction] | None = meanwhile.submit(self._first_transaction, joined)
            self._restore()
            self._membership = joined.result()

    def _join(self, prepared: Future[None]) -> Membership:
        prepared.result()
        return Membership(
            self._settings.bootstrap, self.names.instances, self._identity.name, self.names.journal
        )

    def _first_transaction(self, joined: Future[Membership]) -> Transaction:
        joined.result()  # until then a new broker may still be making what it keeps transactions in
        return self._new_transaction()

    def _new_transaction(self) -> Transaction:
        return Transaction(
            self._settings.bootstrap,
            f"{PREFIX}{self.names.service_id}-{self._identity.name}",
            lambda: self.missing.are_more(self.engine.queries),
        )

    @property
    def engine(self) -> Engine:
        """The metastore, to be read."""
        return self.statements.engine

    @property
    def next_command(self) -> int:
        """The sequence number that the next command will have."""
        return self.log.next

    def command(self, command_id: str) -> str | None:
        """What came of the last command of that id; None when there was none."""
        return self.statements.outcomes.get(command_id)

    def positions(self, query_id: str) -> dict[Input, int]:
        """How far a query is in each of its partitions that are this instance's."""
        return {key: at for (query, key), at in self.queries.positions().items() if query == query_id}

    @property
    def is_at_work(self) -> bool:
        """Whether this instance knows its share of the partitions and has recovered it."""
        return self._mine is not None

    def _restore(self) -> None:
        self.log = CommandLog(self.cluster, self.names.commands)
        self.statements = Statements(self.cluster, self.log, self._settings.properties)
        for pause in self.statements.restore():
            self.set_paused(pause)
        self.stale = False

    def set_paused(self, pause: Pausing) -> None:
        """Note which queries are paused or resumed."""
        for query_id in self.engine.queries if pause.query_id == "ALL" else [pause.query_id]:
            self.states.set(query_id, "RUNNING" if pause.resume else "PAUSED")

    def turn(self) -> None:
        """Read, process, and commit when it is time to.

        Raises:
            QueryFailedError: a query failed; call `failed`, then go on.
            RuntimeFailureError: Kafka refused something, or its topics have changed; call `lost`, then go on.
        """
        self._membership.poll()
        if self.stale:
            self._restore()
            self._mine = None
        if self._membership.mine is None:
            self._await_share()
            return
        if self._mine != self._membership.mine:
            self._take_over(self._membership.mine)
        taken = self.source.take(self._patience())
        if taken.missing:
            self.work.commit()
            self._take_over_anew(f"topic {min(taken.missing)} is not there")
        busy = self.work.process(taken)
        opened = self.transaction.opened
        if opened is not None and time.monotonic() - opened < self._interval(taken):
            return
        self.work.commit()
        self._between(idle=not busy)

    def commit_open(self) -> None:
        """Commit what is open, if anything is."""
        if self._mine is not None and self.transaction.opened is not None:
            self.work.commit()

    def _await_share(self) -> None:
        self.commit_open()
        self._membership.poll(JOINING)

    def _take_over(self, mine: frozenset[int]) -> None:
        begun, self._begun = self._begun, None
        if self._mine is not None:
            self.work.commit()
            self.work.release()
        else:
            self.transaction = begun.result() if begun else self._new_transaction()
        self.queries = Queries(self.cluster, self.names, self.transaction, self.states, WORKERS, self.memory)
        self.work = Work(self.queries, self.transaction, self.names.journal)
        if begun is None:  # else nothing has been held yet
            self.memory.clear()
        self._mine = None
        self.missing.note(self.engine.queries)
        self.queries.take_over(mine, self.engine.queries, self.missing.topics)
        self.deleted = DeletedTopics(self.cluster, self.queries)
        self.deleted.begin_anew()
        self.queries.place_new(self.statements.resets)
        self.source.read_from(self.queries.starts())
        self._mine = mine
        self.asked = time.monotonic()
        self._check_at = self.asked + CHECK_AGAIN
        log.info("at work on %d of %d shares", len(mine), WORKERS)

    def _patience(self) -> float:
        now = time.monotonic()
        if self.transaction.opened is not None:
            return max(0.0, self.transaction.opened + self._settings.commit_interval - now)
        return ALERT if now - self.asked < 1 else IDLE

    def _interval(self, taken: Taken) -> float:
        full = sum(len(records) for records in taken.records.values()) >= BATCH
        return self._settings.commit_interval * (BACKLOG if full else 1)

    def _between(self, *, idle: bool) -> None:
        now = time.monotonic()
        look = now >= self._look_at or (idle and self._dirty)
        changed = self.work.settle(look=look)
        if changed:
            self.source.read_from(self.queries.starts())
        if look:
            self._look_at = now + (LOOK_IDLE if idle else LOOK)
            self.progress.tell(self.queries.positions(), idle=idle)
            executor.follow(self)
        self._dirty = not idle
        if now >= self._check_at:
            wrong = self.deleted.find()
            self._check_at = now + (CHECK_AGAIN if self.deleted.doubts or self.missing.topics else CHECK)
            if wrong:
                self._take_over_anew(f"topic {wrong} was deleted, or deleted and made anew")
            if self.missing.are_back:
                self._take_over_anew("topics that were missing are there again")
        if now >= self._weigh_at:
            self._weigh_at = now + WEIGH
            self.queries.keep_in_bounds()
        self.keeper.see_to()
        due = self.work.spent > max(self._settings.snapshot_seconds, SNAPSHOT_SHARE * self.keeper.took)
        if due and self.keeper.begin(self.queries.workers.values()):
            self.work.spent = 0.0

    def _take_over_anew(self, why: str) -> None:
        """Begin again with the topics as they are now; nothing may be open.

        What the queries hold is kept first, because the records that it came from may be gone.

        Raises:
            RuntimeFailureError: always.
        """
        self.snapshot()
        raise RuntimeFailureError(why)

    def snapshot(self) -> None:
        """Keep what the queries hold, so that a recovery begins here; nothing may be open."""
        self.keeper.now(self.queries.workers.values())
        self.work.spent = 0.0

    def failed(self, error: QueryFailedError) -> None:
        """Stop a query that failed, and bring the others back to the last commit."""
        log.error("query %s has failed and stays stopped: %s", error.query_id, error, exc_info=error)
        self.states.set(error.query_id, "ERROR", str(error))
        self.lost()

    def lost(self) -> None:
        """Give up what is open; the next turn recovers from what is committed."""
        if self._mine is not None:
            with contextlib.suppress(RuntimeFailureError):
                self.transaction.abort()
        self._mine = None

    def leave(self) -> None:
        """Commit, keep a snapshot for the next start, and give up this instance's share."""
        if self._mine is None:
            return
        with contextlib.suppress(QueryFailedError):
            self.work.commit()
            self.work.settle(look=True)
            self.progress.tell(self.queries.positions(), idle=True)
            if self.work.spent:
                self.snapshot()
            self.progress.await_told(5)
            self.work.release()
            self._mine = None

    def close(self) -> None:
        """Close all clients."""
        self._membership.leave()
        self.source.close()
        self.log.close()
        self._identity.release()
