"""The application's queries on this instance: which readers they have here, and where those begin."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from embedded.ksql.query import Query
from embedded.ksql.record import DeadLetter
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.names import Names
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.recovery import Recovery
from embedded.ksql.runtime.states import QueryStates
from embedded.ksql.runtime.transaction import Transaction
from embedded.ksql.runtime.wiring import FIRST, HandingOn, can_be_handed_on
from embedded.ksql.runtime.worker import QueryFailedError, Worker
from embedded.ksql.state.memory import Held, Memory


class Queries:
    """The queries on this instance's share of the partitions.

    `unwritten` are the internal topics that need not exist, as their records are handed on; `ends` says where
    partitions have been read to their end.

    Args:
        cluster: the cluster's topics.
        names: the application's names.
        transaction: where outputs go.
        states: which queries may run.
        workers: how many workers the application has.
        memory: keeps what they hold in bounds.
    """

    def __init__(  # noqa: PLR0917 - what queries are run with
        self,
        cluster: Cluster,
        names: Names,
        transaction: Transaction,
        states: QueryStates,
        workers: int,
        memory: Memory,
    ) -> None:
        self._memory = memory
        self._cluster = cluster
        self._names = names
        self._transaction = transaction
        self._states = states
        self.count = workers
        self.workers: dict[int, Worker] = {}
        self.handing_on: HandingOn | None = None
        self._queries: dict[str, Query] = {}
        self._internal: dict[str, int] = {}
        self.unwritten: frozenset[str] = frozenset()
        self.ends: dict[Input, int] = {}
        self._missing: frozenset[str] = frozenset()
        self.on_dead_letter: Callable[[Reader, DeadLetter], None] = _not_asked

    def _partitions(self, topic: str) -> int:
        return self._internal.get(topic) or self._cluster.partitions(topic) or 1

    def is_active(self, reader: Reader) -> bool:
        """Whether the reader may be given records."""
        return self._states[reader.query.id].status == "RUNNING"

    def take_over(
        self, numbers: Iterable[int], queries: Mapping[str, Query], missing: frozenset[str] = frozenset()
    ) -> None:
        """Replace all workers by these, and recover what they hold.

        Args:
            numbers: this instance's workers.
            queries: the application's queries.
            missing: topics that are not there; no running query needs them.

        Raises:
            RuntimeFailureError: Kafka does not answer.
            QueryFailedError: a query fails at what it got over before.
        """
        self._queries = dict(queries)
        self._internal = {t.name: t.partitions for q in queries.values() for t in q.internal_topics}
        self.workers = {number: Worker(number, self._partitions) for number in numbers}
        self.ends.clear()
        self.handing_on = None
        self._missing = missing
        recovery = Recovery(self._cluster, self._names, self._transaction, self._states, self._memory)
        try:
            for worker in self.workers.values():
                for query in queries.values():
                    self._add(worker, query)
            recovery.take_over(self.workers.values())
            self._rewire()
            self._cluster.create(
                topic
                for query in queries.values()
                for topic in query.internal_topics
                if topic.name not in self.unwritten
            )
            for worker in self.workers.values():
                worker.let_go(missing)
            if FIRST in self.workers:
                self.handing_on = HandingOn(self._cluster, self.workers[FIRST], self._transaction)
                self._rewire()
                self.handing_on.settle_all(recovery.replay)
                for query_id in queries:
                    if self._states[query_id].status != "RUNNING":
                        self.handing_on.detach(query_id)
        finally:
            recovery.close()

    def _add(self, worker: Worker, query: Query) -> list[Reader]:
        readers = worker.add(query, self.count)
        for reader in readers:
            reader.task.on_dead_letter = partial(self.on_dead_letter, reader)
        return readers

    def _rewire(self) -> None:
        fit = can_be_handed_on(self._queries.values(), self._partitions)
        self.unwritten = fit.intersection(self._internal)
        for worker in self.workers.values():
            worker.unwritten = self.unwritten
        if self.handing_on:
            self.handing_on.topics = fit - self.unwritten - self._missing
            self.handing_on.detach_unfit()

    def start(self, query: Query, reset: str, at: Mapping[Input, int] | None = None) -> None:
        """Begin with a query that is new to the application.

        Args:
            query: the query.
            reset: where it begins to read: `earliest` or `latest`.
            at: where it begins in some partitions, if another query of its name has been there before.
        """
        self._queries[query.id] = query
        self._internal |= {topic.name: topic.partitions for topic in query.internal_topics}
        self._rewire()
        self._cluster.create(t for t in query.internal_topics if t.name not in self.unwritten)
        for worker in self.workers.values():
            readers = self._add(worker, query)
            for reader in readers:
                worker.born(reader)
                for topic, partition in reader.inputs:
                    if at and (topic, partition) in at:
                        worker.place(reader, topic, at[topic, partition])
            self.place(worker, readers, reset)

    def running(self) -> list[Query]:
        """The queries that may run now."""
        return [query for query in self._queries.values() if self._states[query.id].status == "RUNNING"]

    def refuse_without(self, topic: str) -> None:
        """Let a query fail that reads a topic which is not there.

        Raises:
            QueryFailedError: there is one.
        """
        for query in self.running():
            if topic in query.source_topics:
                raise QueryFailedError(query.id, LookupError(f"topic {topic} does not exist"))

    def place_new(self, resets: Mapping[str, str]) -> None:
        """Give readers a place that a recovery has found none for, because they have never read."""
        for worker in self.workers.values():
            for reader in worker.readers.values():
                if self.is_active(reader):
                    self.place(worker, [reader], resets[reader.query.id])

    def place(self, worker: Worker, readers: Iterable[Reader], reset: str) -> None:
        """Let readers begin: at the beginning or the end of their topics, or with what is handed on."""
        wanted = [
            (reader, topic)
            for reader in readers
            for topic in reader.stage.source_topics
            if topic not in reader.positions and topic not in reader.attached
        ]
        if not wanted:
            return
        inputs = {(topic, r.partition) for r, topic in wanted if topic not in self.unwritten}
        for topic in {topic for topic, _ in inputs}:
            if self._cluster.partitions(topic) is None:
                self.refuse_without(topic)
        bounds = self._cluster.bounds(inputs)
        for reader, topic in wanted:
            key = (topic, reader.partition)
            if topic in self.unwritten:
                worker.attach(reader, topic)
                continue
            first, end = bounds[key]
            begin = first if reset == "earliest" else end
            worker.place(reader, topic, begin)
            self.ends.pop(key, None)
            handing_on = self.handing_on
            if handing_on and topic in handing_on.topics and begin == end and not reader.needs_offsets:
                handing_on.attach_new(reader, topic, end)

    def stop(self, query_id: str, but_for: Collection[str] = ()) -> None:
        """Forget a query that was terminated, and delete its internal topics `but_for` these."""
        query = self._queries.pop(query_id, None)
        for worker in self.workers.values():
            worker.remove(query_id)
        if query:
            kept = {*self.unwritten, *but_for}
            self._cluster.delete(t.name for t in query.internal_topics if t.name not in kept)
        self._rewire()

    def pause(self, query_id: str) -> None:
        """Let a query's readers stay where they are; nothing may be open."""
        if self.handing_on:
            self.handing_on.detach(query_id)
        self.ends.clear()

    @property
    def may_pause(self) -> bool:
        """Whether all that others have written has been read, so that a query's place is known exactly."""
        return self.handing_on is None or not self.handing_on.look_for_others()

    def starts(self) -> Mapping[Input, int]:
        """Where to read now: catching up comes before everything else."""
        if self.handing_on:
            first = self.handing_on.catching_up(self.is_active)
            if first:
                return first
        starts: dict[Input, int] = {}
        for worker in self.workers.values():
            for reader in worker.readers.values():
                if self.is_active(reader):
                    for topic, at in reader.positions.items():
                        key = (topic, reader.partition)
                        starts[key] = min(at, starts.get(key, at))
        return starts

    def positions(self) -> Mapping[tuple[str, Input], int]:
        """How far each query is; all before it is committed, if nothing is open."""
        return {
            key: at
            for worker in self.workers.values()
            for key, at in worker.positions().items()
            if key[1][0] not in self._missing
        }

    def clear(self) -> None:
        """Have no share any more."""
        self.workers = {}
        self.handing_on = None

    def keep_in_bounds(self) -> None:
        """Move rows to disk if too many are in memory."""
        self._memory.see_to(r.task for worker in self.workers.values() for r in worker.readers.values())

    def held(self, query_id: str) -> Held:
        """What a query holds on this instance."""
        readers = (reader for worker in self.workers.values() for reader in worker.readers.values())
        return self._memory.held_by(reader.task for reader in readers if reader.query.id == query_id)


def _not_asked(reader: Reader, letter: DeadLetter) -> None:
    """Do nothing: in a recovery the dead letter has been written before."""
