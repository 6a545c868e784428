"""How a worker gets its state back: the last snapshot, then the same records in the same order."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from embedded.ksql.errors import DataError
from embedded.ksql.query import Task
from embedded.ksql.record import Record
from embedded.ksql.runtime import journal, snapshots
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.journal import Attached, Batch, Born, Entry, Event, Placed, Run
from embedded.ksql.runtime.names import Names
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.replay import Replay
from embedded.ksql.runtime.states import QueryStates
from embedded.ksql.runtime.transaction import Transaction, fence
from embedded.ksql.runtime.worker import Intake, Worker
from embedded.ksql.state.memory import Memory

log = logging.getLogger(__name__)

CLAIMS = 5
"""How often a claim is tried again that another instance has cut across."""

TOGETHER = 64
"""Records of a snapshot that are read together: 32 MB."""

PIECES = 20
"""Pieces of a snapshot after which it is time to look at the memory."""


ANEW = "To begin anew, terminate it, drop what it writes, and create that again."
"""What remedies a state that lacks something."""


def _nothing(_record: Record, _partition: int, _handed_on: bool, _query_id: str) -> None:
    """Write nothing: what is processed again was written before."""


@dataclass(slots=True)
class _History:
    """What is known of a worker before this instance has it."""

    snapshot: snapshots.Kept | None
    entries: list[tuple[int, Entry]]
    next: int

    @property
    def owner(self) -> str | None:
        """The transactional id of the instance that has it, None when it was given up in good order."""
        if not self.entries or self.entries[-1][1].kind == "release":
            return None
        return self.entries[-1][1].by


class Recovery:
    """Takes workers over and brings them to where the last committed transaction has left them."""

    def __init__(
        self, cluster: Cluster, names: Names, transaction: Transaction, states: QueryStates, memory: Memory
    ) -> None:
        self._states = states
        self._memory = memory
        self._cluster = cluster
        self._names = names
        self._transaction = transaction
        self.replay = Replay(cluster)

    def close(self) -> None:
        """Close the consumer."""
        self.replay.close()

    def take_over(self, workers: Iterable[Worker]) -> None:
        """Make these workers this instance's own, and restore their state.

        The workers have their readers already, with empty tasks.

        Raises:
            RuntimeFailureError: Kafka does not answer, or another instance keeps taking them back.
            QueryFailedError: a query fails at a record that it got over before.
        """
        taken = list(workers)
        histories = self._histories([worker.number for worker in taken])
        for _ in range(CLAIMS):
            owners = {history.owner for history in histories.values()} - {None, self._transaction.id}
            for owner in owners:
                log.info("ending the transactions of %s, whose workers this instance takes over", owner)
                fence(self._cluster.bootstrap, str(owner))
            self._read_on(histories)
            known = {number: len(history.entries) for number, history in histories.items()}
            self._claim(histories)
            self._read_on(histories)
            if all(h.entries[known[n]][1].by == self._transaction.id for n, h in histories.items()):
                break
        else:
            raise RuntimeFailureError("another instance keeps taking this one's workers")
        for worker in taken:
            self._restore(worker, histories[worker.number], taken)

    def _claim(self, numbers: Iterable[int]) -> None:
        claim = journal.encode(Entry(by=self._transaction.id, kind="claim"))
        self._transaction.begin()
        self._transaction.commit(self._names.journal, [(number, claim) for number in numbers])

    def _histories(self, numbers: list[int]) -> dict[int, _History]:
        journals = self._cluster.starts((self._names.journal, number) for number in numbers)
        kept = [(self._names.snapshots, number) for number in numbers]
        starts, ends = self._cluster.starts(kept), self._cluster.ends(kept)
        histories = {}
        for place in kept:
            number = place[1]
            snapshot = self._snapshot(place, starts[place], ends[place])
            start = journals[self._names.journal, number]
            histories[number] = _History(snapshot, [], max(start, snapshot.head.journal if snapshot else 0))
        self._note(histories, self._records(self._places(histories)))
        return histories

    def _snapshot(self, place: Input, start: int, end: int) -> snapshots.Kept | None:
        """The last snapshot in a partition, read into a file: it may be larger than memory."""
        assembly = snapshots.Assembly(self._memory.folder)
        while start < end:
            stop = min(start + TOGETHER, end)
            for record in self.replay.take(Run(*place, start, stop, ())):
                assembly.take(record)
            start = stop
        self.replay.forget()
        return assembly.latest()

    def _places(self, histories: Mapping[int, _History]) -> dict[Input, int]:
        return {(self._names.journal, number): history.next for number, history in histories.items()}

    def _read_on(self, histories: Mapping[int, _History]) -> None:
        places = self._places(histories)
        self._cluster.await_decided(places)
        self._note(histories, self._records(places))

    def _note(self, histories: Mapping[int, _History], records: Mapping[Input, list[Record]]) -> None:
        for (_, number), found in records.items():
            for record in found:
                histories[number].entries.append((record.offset, journal.decode(record.value or b"")))
                histories[number].next = record.offset + 1

    def _records(self, starts: Mapping[Input, int]) -> dict[Input, list[Record]]:
        runs = [Run(*key, starts[key], end, ()) for key, end in self._cluster.ends(starts).items()]
        wanted = [run for run in runs if run.start < run.stop]
        self.replay.expect(wanted)
        return {run.input: self.replay.take(run) if run in wanted else [] for run in runs}

    def _restore(self, worker: Worker, history: _History, workers: Iterable[Worker]) -> None:
        tasks = [reader.task for each in workers for reader in each.readers.values()]
        started, records = time.monotonic(), 0
        if history.snapshot:
            with history.snapshot as kept:
                self._give_back(worker, kept, tasks)
        looked = 0
        for _, entry in history.entries:
            for event in entry.events:
                records += self._again(worker, event)
            if records - looked >= self._memory.interval:
                looked = records
                self._memory.see_to(tasks)
            if entry.kind == "work":
                worker.reset(entry.seen)
        if records:
            spent = time.monotonic() - started
            log.info("worker %d: %d records read again in %.1f s", worker.number, records, spent)

    def _give_back(self, worker: Worker, kept: snapshots.Kept, tasks: Sequence[Task]) -> None:
        places = kept.head.readers
        readers = [worker.readers.get((place.stage, place.partition)) for place in places]
        for place, reader in zip(places, readers, strict=True):
            if reader:
                reader.positions |= place.positions
                reader.attached |= set(place.attached)
        for count, (number, piece) in enumerate(kept.pieces()):
            reader = readers[number]
            if reader is None:
                continue
            try:
                reader.task.restore(piece)
            except DataError as error:
                # the journal goes on with its birth if it is another query of the same name
                log.warning("%s begins without what a snapshot has under its name: %s", reader.key, error)
                readers[number] = None
            if count % PIECES == 0:
                self._memory.see_to(tasks)
        worker.reset(kept.head.seen)

    def _again(self, worker: Worker, event: Event) -> int:
        match event:
            case Born(stage, partition):
                if (stage, partition) in worker.readers:
                    worker.bear(worker.readers[stage, partition])
            case Placed(stage, topic, partition, offset):
                if (stage, partition) in worker.readers:
                    worker.place(worker.readers[stage, partition], topic, offset)
            case Attached(stage, topic, partition):
                if (stage, partition) in worker.readers:
                    worker.attach(worker.readers[stage, partition], topic)
            case Batch(runs):
                batch = [self._intake(worker, run) for run in runs]
                worker.replay(batch, _nothing)
                return sum(len(intake.records) for intake in batch)
        return 0

    def _intake(self, worker: Worker, run: Run) -> Intake:
        readers = tuple(
            worker.readers[stage, run.partition]
            for stage in run.stages
            if (stage, run.partition) in worker.readers
        )
        if readers and (gone := self.replay.gone(run)):
            self._tell_loss(worker.reached(readers), gone)
        records = self.replay.take(run) if readers else []
        return Intake(run.input, run.start, run.stop, records, readers)

    def _tell_loss(self, readers: Iterable[Reader], gone: str) -> None:
        """Say of those readers that hold anything that it is without what is gone."""
        loss = f"{gone}, which it still needed: what it counts or joins lacks that. {ANEW}"
        for query_id in {reader.query.id for reader in readers if reader.task.states}:
            if self._states.note_loss(query_id, loss):
                log.error("query %s: %s", query_id, loss)
