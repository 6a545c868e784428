"""A worker: all readers of one share of the partitions, and the records that pass between them."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from embedded.ksql.query import Query
from embedded.ksql.record import Record
from embedded.ksql.runtime.cluster import Input
from embedded.ksql.runtime.journal import Attached, Batch, Born, Entry, Event, Placed, Run
from embedded.ksql.runtime.merge import merged
from embedded.ksql.runtime.names import HANDED_ON
from embedded.ksql.runtime.reader import Reader

Emit = Callable[[Record, int, bool, str], None]
"""Takes an output record, its partition, whether it has been handed on, and the id of its query."""


class QueryFailedError(Exception):
    """A query met something that it has no answer to; `query_id` says which."""

    def __init__(self, query_id: str, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.query_id = query_id


@dataclass(frozen=True, slots=True)
class Intake:
    """Records of one partition in order, from offset `start` to before `stop`, for these readers."""

    input: Input
    start: int
    stop: int
    records: Sequence[Record]
    readers: tuple[Reader, ...]

    def run(self) -> Run:
        """The intake as the journal notes it."""
        topic, partition = self.input
        return Run(topic, partition, self.start, self.stop, tuple(reader.key for reader in self.readers))


def is_handed_on(record: Record) -> bool:
    """Whether the record's writer has handed it on within its own instance."""
    return any(name == HANDED_ON for name, _ in record.headers)


class Worker:
    """The readers of one share of the partitions: what they have read decides what they hold.

    `unwritten` are topics that are handed on and nothing more.

    Args:
        number: which share; also the partition of the journal.
        partitions: how many partitions a topic has.
    """

    def __init__(self, number: int, partitions: Callable[[str], int]) -> None:
        self.number = number
        self.readers: dict[tuple[str, int], Reader] = {}
        self.seen: dict[str, int] = {}
        self.events: list[Event] = []
        self.unwritten: frozenset[str] = frozenset()
        self._partitions = partitions
        self._counts: dict[str, int] = {}
        self._attached: dict[str, list[Reader]] = {}
        self._pending: deque[Record] = deque()

    def add(self, query: Query, workers: int) -> list[Reader]:
        """Make readers for this worker's partitions of every stage of a query.

        Args:
            query: a query that is new to this worker.
            workers: how many workers share the partitions.

        The journal does not note them before they are `born`: in a recovery they are not new.
        """
        added = []
        for stage in query.stages:
            count = max(self._partitions(topic) for topic in stage.source_topics)
            for partition in range(self.number, count, workers):
                reader = Reader(query, stage, partition, stage.task(partition))
                self.readers[reader.key, partition] = reader
                added.append(reader)
        return added

    def born(self, reader: Reader) -> None:
        """Note that a reader is new to the application."""
        self.events.append(Born(reader.key, reader.partition))

    def bear(self, reader: Reader) -> None:
        """Let a reader be as new, for that is what the journal says next."""
        handler = reader.task.on_dead_letter
        reader.task = reader.stage.task(reader.partition)
        reader.task.on_dead_letter = handler
        reader.positions.clear()
        reader.attached.clear()
        self._index()

    def remove(self, query_id: str) -> None:
        """Forget a query's readers."""
        self.readers = {k: r for k, r in self.readers.items() if r.query.id != query_id}
        self._index()

    def place(self, reader: Reader, topic: str, offset: int) -> None:
        """Let a reader go on from `offset`, reading from Kafka."""
        reader.attached.discard(topic)
        reader.positions[topic] = offset
        self.events.append(Placed(reader.key, topic, reader.partition, offset))
        self._index()

    def attach(self, reader: Reader, topic: str) -> None:
        """Hand a topic's records on to a reader from here on."""
        reader.attached.add(topic)
        reader.positions.pop(topic, None)
        self.events.append(Attached(reader.key, topic, reader.partition))
        self._index()

    def let_go(self, topics: Collection[str]) -> None:
        """Hand these topics' records on no more: their readers stay where they are in them."""
        for reader in list(self.readers.values()):
            for topic in reader.attached.intersection(topics):
                self.place(reader, topic, self.seen.get(topic, 0))

    def _index(self) -> None:
        self._counts.clear()
        self._attached = {}
        for reader in self.readers.values():
            for topic in reader.attached:
                self._attached.setdefault(topic, []).append(reader)
        self.seen = {topic: offset for topic, offset in self.seen.items() if topic in self._attached}

    def reset(self, seen: Mapping[str, int]) -> None:
        """Take over what a snapshot or a journal entry says, and forget what has happened up to it."""
        self.seen = dict(seen)
        self.events.clear()
        self._index()

    @property
    def handed_on(self) -> tuple[str, ...]:
        """The topics whose records are handed on to at least one reader."""
        return tuple(self._attached)

    def attached_to(self, topic: str) -> tuple[Reader, ...]:
        """The readers that get the topic's records handed on."""
        return tuple(self._attached.get(topic, ()))

    def reached(self, readers: Iterable[Reader]) -> Collection[Reader]:
        """These readers, and all that get what they put out handed on."""
        found: dict[tuple[str, int], Reader] = {}
        left = list(readers)
        while left:
            reader = left.pop()
            if (reader.key, reader.partition) not in found:
                found[reader.key, reader.partition] = reader
                left += [to for topic in reader.stage.output_topics for to in self.attached_to(topic)]
        return found.values()

    def process(self, batch: Sequence[Intake], emit: Emit) -> None:
        """Take the records of several partitions, merged, through every reader to the end.

        Raises:
            QueryFailedError: a query failed; the state is now worth nothing and has to be recovered.
        """
        self.events.append(Batch(tuple(intake.run() for intake in batch)))
        self.replay(batch, emit)

    def replay(self, batch: Sequence[Intake], emit: Emit) -> None:
        """As `process`, for a batch that the journal knows already."""
        for intake in batch:
            self._advance(intake)
        streams: dict[Input, list[tuple[Record, tuple[Reader, ...]]]] = {}
        for intake in batch:
            streams.setdefault(intake.input, []).extend((record, intake.readers) for record in intake.records)
        pending = self._pending
        pending.clear()
        for record, readers in merged(list(streams.values())):
            for reader in readers:
                if record.topic not in reader.attached or not is_handed_on(record):
                    self._take(reader, record, emit)
            while pending:
                passed = pending.popleft()
                for reader in self._attached[passed.topic]:
                    self._take(reader, passed, emit)

    def _advance(self, intake: Intake) -> None:
        topic = intake.input[0]
        for reader in intake.readers:
            if topic in reader.attached:
                self.seen[topic] = intake.stop
            else:
                reader.positions[topic] = intake.stop

    def _take(self, reader: Reader, record: Record, emit: Emit) -> None:
        try:
            outputs = reader.task.process(record)
        except Exception as error:
            raise QueryFailedError(reader.query.id, error) from error
        for output in outputs:
            topic = output.topic
            handed = topic in self._attached
            if handed:
                self._pending.append(output)
                if topic in self.unwritten:
                    continue
            count = self._counts.get(topic) or self._counted(topic)
            partition = 0 if count == 1 else reader.stage.partition(output, count)
            emit(output, partition, handed, reader.query.id)

    def _counted(self, topic: str) -> int:
        self._counts[topic] = self._partitions(topic)
        return self._counts[topic]

    def split(self, key: Input, records: Sequence[Record], active: Callable[[Reader], bool]) -> list[Intake]:
        """Cut records where the set of readers changes that have not had them yet.

        Args:
            key: the partition they come from.
            records: in order.
            active: which readers may be given records at all.
        """
        topic, partition = key
        places = sorted(
            (
                (self.seen.get(topic, 0) if topic in reader.attached else reader.positions[topic], reader)
                for reader in self.readers.values()
                if reader.partition == partition
                and active(reader)
                and (topic in reader.attached or topic in reader.positions)
            ),
            key=lambda place: place[0],
        )
        intakes: list[Intake] = []
        start = 0
        for at, _ in [*places, (None, None)]:
            stop = len(records) if at is None else bisect_left(records, at, start, key=lambda r: r.offset)
            readers = (
                tuple(reader for place, reader in places if place <= records[start].offset)
                if stop > start
                else ()
            )
            if readers:
                part = records[start:stop]
                intakes.append(Intake(key, part[0].offset, part[-1].offset + 1, part, readers))
            start = stop
        return intakes

    def entry(self, by: str) -> Entry:
        """The journal entry of what happened since the last one."""
        entry = Entry(by=by, events=tuple(self.events), seen=dict(self.seen))
        self.events.clear()
        return entry

    def positions(self) -> Mapping[tuple[str, Input], int]:
        """How far each query is in each partition that it reads, committed or not."""
        found: dict[tuple[str, Input], int] = {}
        for reader in self.readers.values():
            for topic, partition in reader.inputs:
                at = reader.positions.get(topic, self.seen.get(topic))
                if at is not None:
                    key = (reader.query.id, (topic, partition))
                    found[key] = min(at, found.get(key, at))
        return found
