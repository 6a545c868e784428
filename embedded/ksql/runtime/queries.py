"""The application's queries at work: the workers of this instance, from records in to records out."""

import logging
import time
from collections.abc import Iterable, Mapping
from functools import partial

from embedded.ksql.query import Query
from embedded.ksql.record import ANY_PARTITION, DeadLetter, Record
from embedded.ksql.runtime import dead_letters, journal
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.intake import Taken
from embedded.ksql.runtime.names import Names
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.recovery import Recovery
from embedded.ksql.runtime.states import QueryStates
from embedded.ksql.runtime.transaction import Transaction
from embedded.ksql.runtime.wiring import FIRST, HandingOn, can_be_handed_on
from embedded.ksql.runtime.worker import QueryFailedError, Worker

log = logging.getLogger(__name__)


class Queries:
    """The queries on this instance's share of the partitions.

    `spent` are the seconds of processing since the last snapshot: what a recovery would take.

    Args:
        cluster: the cluster's topics.
        names: the application's names.
        transaction: where outputs go.
        states: which queries may run.
        workers: how many workers the application has.
    """

    def __init__(
        self, cluster: Cluster, names: Names, transaction: Transaction, states: QueryStates, workers: int
    ) -> None:
        self._cluster = cluster
        self._names = names
        self._transaction = transaction
        self._states = states
        self._count = workers
        self._workers: dict[int, Worker] = {}
        self._handing_on: HandingOn | None = None
        self._queries: dict[str, Query] = {}
        self._internal: dict[str, int] = {}
        self._unwritten: frozenset[str] = frozenset()
        self._ends: dict[Input, int] = {}
        self.spent = 0.0

    def _partitions(self, topic: str) -> int:
        return self._internal.get(topic) or self._cluster.partitions(topic) or 1

    def _active(self, reader: Reader) -> bool:
        return self._states[reader.query.id].status == "RUNNING"

    def take_over(self, numbers: Iterable[int], queries: Mapping[str, Query]) -> None:
        """Replace all workers by these, and recover what they hold.

        Args:
            numbers: this instance's workers.
            queries: the application's queries, without those that cannot be recovered.

        Raises:
            RuntimeFailureError: Kafka does not answer.
            QueryFailedError: a query fails at what it got over before.
        """
        self._queries = dict(queries)
        self._internal = {t.name: t.partitions for q in queries.values() for t in q.internal_topics}
        self._workers = {number: Worker(number, self._partitions) for number in numbers}
        self._ends.clear()
        self._handing_on = None
        self.spent = 0.0
        recovery = Recovery(self._cluster, self._names, self._transaction)
        try:
            for worker in self._workers.values():
                for query in queries.values():
                    self._add(worker, query)
            recovery.take_over(self._workers.values())
            if FIRST in self._workers:
                self._handing_on = HandingOn(self._cluster, self._workers[FIRST], self._transaction)
                self._rewire()
                self._handing_on.settle_all(recovery.replay)
                for query_id in queries:
                    if self._states[query_id].status != "RUNNING":
                        self._handing_on.detach(query_id)
        finally:
            recovery.close()

    def _add(self, worker: Worker, query: Query) -> list[Reader]:
        readers = worker.add(query, self._count)
        for reader in readers:
            reader.task.on_dead_letter = partial(self._dead_letter, reader)
        return readers

    def _rewire(self) -> None:
        fit = can_be_handed_on(self._queries.values(), self._partitions)
        self._unwritten = fit.intersection(self._internal)
        if self._handing_on:
            self._handing_on.topics = fit - self._unwritten

    def start(self, query: Query, reset: str) -> None:
        """Begin with a query that is new to the application.

        Args:
            query: the query.
            reset: where it begins to read: `earliest` or `latest`.
        """
        self._queries[query.id] = query
        self._internal |= {topic.name: topic.partitions for topic in query.internal_topics}
        self._rewire()
        self._cluster.create(t for t in query.internal_topics if t.name not in self._unwritten)
        for worker in self._workers.values():
            self.place(worker, self._add(worker, query), reset)

    def check_sources(self) -> None:
        """See whether every topic is there that a running query reads, and holds what was read of it.

        Raises:
            QueryFailedError: a query's topic was deleted, or deleted and made anew.
        """
        self._cluster.refresh()
        ends = self._cluster.ends(
            (key for key in self.starts() if self._cluster.partitions(key[0]) is not None), committed=False
        )
        for worker in self._workers.values():
            for reader in worker.readers.values():
                for topic, at in reader.positions.items():
                    if self._active(reader) and at > ends.get((topic, reader.partition), -1):
                        reason = f"topic {topic} was deleted, or made anew: offset {at} is not there"
                        raise QueryFailedError(reader.query.id, LookupError(reason))

    def refuse_without(self, topic: str) -> None:
        """Let a query fail that reads a topic which is not there.

        Raises:
            QueryFailedError: there is one.
        """
        for query in self._queries.values():
            if topic in query.source_topics and self._states[query.id].status == "RUNNING":
                raise QueryFailedError(query.id, LookupError(f"topic {topic} does not exist"))

    def place_new(self, resets: Mapping[str, str]) -> None:
        """Give readers a place that a recovery has found none for, because they have never read."""
        for worker in self._workers.values():
            for reader in worker.readers.values():
                if self._active(reader):
                    self.place(worker, [reader], resets[reader.query.id])

    def place(self, worker: Worker, readers: Iterable[Reader], reset: str) -> None:
        """Let readers begin: at the beginning or the end of their topics, or with what is handed on."""
        wanted = [
            (reader, topic)
            for reader in readers
            for topic in reader.stage.source_topics
            if topic not in reader.positions and topic not in reader.attached
        ]
        inputs = {(topic, r.partition) for r, topic in wanted if topic not in self._unwritten}
        for topic in {topic for topic, _ in inputs}:
            if self._cluster.partitions(topic) is None:
                self.refuse_without(topic)
        bounds = self._cluster.bounds(inputs)
        for reader, topic in wanted:
            key = (topic, reader.partition)
            if topic in self._unwritten:
                worker.attach(reader, topic)
                continue
            first, end = bounds[key]
            begin = first if reset == "earliest" else end
            worker.place(reader, topic, begin)
            self._ends.pop(key, None)
            handing_on = self._handing_on
            if handing_on and topic in handing_on.topics and begin == end and not reader.needs_offsets:
                handing_on.attach_new(reader, topic, end)

    def stop(self, query_id: str) -> None:
        """Forget a query that was terminated."""
        query = self._queries.pop(query_id, None)
        for worker in self._workers.values():
            worker.remove(query_id)
        if query:
            self._cluster.delete(t.name for t in query.internal_topics if t.name not in self._unwritten)
        self._rewire()

    def pause(self, query_id: str) -> None:
        """Let a query's readers stay where they are; nothing may be open."""
        if self._handing_on:
            self._handing_on.detach(query_id)
        self._ends.clear()

    @property
    def may_pause(self) -> bool:
        """Whether all that others have written has been read, so that a query's place is known exactly."""
        return self._handing_on is None or not self._handing_on.look_for_others()

    def starts(self) -> Mapping[Input, int]:
        """Where to read now: catching up comes before everything else."""
        if self._handing_on:
            first = self._handing_on.catching_up(self._active)
            if first:
                return first
        starts: dict[Input, int] = {}
        for worker in self._workers.values():
            for reader in worker.readers.values():
                if self._active(reader):
                    for topic, at in reader.positions.items():
                        key = (topic, reader.partition)
                        starts[key] = min(at, starts.get(key, at))
        return starts

    def process(self, taken: Taken) -> bool:
        """Take what has come in through all queries; opens a transaction when there is anything.

        Returns:
            Whether there was anything.

        Raises:
            QueryFailedError: a query failed; everything since the last commit is worth nothing.
        """
        for key in taken.records:
            self._ends.pop(key, None)
        self._ends |= taken.ends
        shares: dict[int, list[Input]] = {}
        for key in sorted(taken.records):
            shares.setdefault(key[1] % self._count, []).append(key)
        started = time.monotonic()
        for number, keys in shares.items():
            worker = self._workers.get(number)
            if worker is None:
                continue
            batch = [i for key in keys for i in worker.split(key, taken.records[key], self._active)]
            if batch:
                self._transaction.begin()
                worker.process(batch, self._emit)
        self.spent += time.monotonic() - started if shares else 0.0
        return bool(shares)

    def _emit(self, record: Record, partition: int, handed_on: bool) -> None:
        if record.topic not in self._unwritten:
            self._transaction.emit(record, partition, handed_on)

    def _dead_letter(self, reader: Reader, letter: DeadLetter) -> None:
        if self._transaction.opened is not None:  # in a recovery it was written before
            log.warning("%s: %s, partition %d, offset %d: %s", *_where(reader, letter))
            self._transaction.emit(dead_letters.to_record(letter), ANY_PARTITION)

    def commit(self) -> None:
        """Commit the open transaction, or open one if the journal has news.

        Raises:
            RuntimeFailureError: it did not succeed; everything since the last commit is worth nothing.
        """
        news = [worker for worker in self._workers.values() if worker.events]
        if news or self._transaction.opened is not None:
            self._transaction.begin()
            entries = [(w.number, journal.encode(w.entry(self._transaction.id))) for w in news]
            self._transaction.commit(self._names.journal, entries)
        for worker in self._workers.values():
            for (topic, partition), end in self._ends.items():
                for reader in worker.readers.values():
                    mine = reader.partition == partition and topic in reader.positions
                    if mine and self._active(reader):
                        reader.positions[topic] = max(end, reader.positions[topic])

    def settle(self, *, look: bool) -> bool:
        """See to the topics that are handed on, when nothing is open.

        Args:
            look: find out whether others have written to them.

        Returns:
            Whether `starts` may have changed.
        """
        if self._handing_on is None:
            return False
        changed = self._handing_on.at_end(self._ends, self._active)
        return (look and self._handing_on.look_for_others()) or changed

    def positions(self) -> Mapping[tuple[str, Input], int]:
        """How far each query is; all before it is committed, if nothing is open."""
        return {key: at for worker in self._workers.values() for key, at in worker.positions().items()}

    @property
    def workers(self) -> Iterable[Worker]:
        """This instance's workers."""
        return self._workers.values()

    def release(self) -> None:
        """Give the workers up in good order; nothing may be open."""
        if self._workers:
            entry = journal.encode(journal.Entry(by=self._transaction.id, kind="release"))
            self._transaction.begin()
            self._transaction.commit(self._names.journal, [(number, entry) for number in self._workers])
        self._workers = {}
        self._handing_on = None

    def state_rows(self) -> dict[str, int]:
        """How many rows each query holds."""
        rows: dict[str, int] = {}
        for worker in self._workers.values():
            for reader in worker.readers.values():
                rows[reader.query.id] = rows.get(reader.query.id, 0) + reader.task.state_rows()
        return rows


def _where(reader: Reader, letter: DeadLetter) -> tuple[str, str, int, int, str]:
    return reader.query.id, letter.topic, letter.partition, letter.offset, letter.reason
