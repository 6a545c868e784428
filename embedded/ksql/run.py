"""Statements and records in, records out: the engine without Kafka, everything in memory."""

from collections import deque
from collections.abc import Iterable, Mapping

from embedded.ksql.engine import Engine
from embedded.ksql.query import Query, Task
from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.state.memory import Memory


class Runner:
    """Queries at work on topics in memory, each with one partition.

    Args:
        queries: in the order in which they take a record.
        dead_letters: receives what could not be processed.
        memory: keeps what they hold in bounds, if there are any.
    """

    def __init__(
        self,
        queries: Iterable[Query],
        dead_letters: list[DeadLetter] | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._fed = 0
        self.tasks: list[Task] = []
        self._readers: dict[str, list[Task]] = {}
        self._internal: set[str] = set()
        self._offsets: dict[str, int] = {}
        for query in queries:
            self._internal |= {spec.name for spec in query.internal_topics}
            for stage in query.stages:
                task = stage.task(0)
                self.tasks.append(task)
                if dead_letters is not None:
                    task.on_dead_letter = dead_letters.append
                for topic in stage.source_topics:
                    self._readers.setdefault(topic, []).append(task)

    def feed(self, record: Record) -> list[Record]:
        """Takes a record through all queries; returns what they wrote, internal topics left out."""
        written: list[Record] = []
        waiting = deque(
            [Record(record.topic, record.key, record.value, record.timestamp, headers=record.headers)]
        )
        internal, readers = self._internal, self._readers
        while waiting:
            current = waiting.popleft()
            self._store(current)
            for task in readers.get(current.topic, ()):
                outputs = task.process(current)
                if outputs:
                    waiting.extend(outputs)
                    written += (made for made in outputs if made.topic not in internal)
        self._fed += 1
        if self._memory is not None and self._fed % self._memory.interval == 0:
            self._memory.see_to(self.tasks)
        return written

    def _store(self, record: Record) -> None:
        """Gives a record its place, as a broker does."""
        offset = self._offsets.get(record.topic, 0)
        self._offsets[record.topic] = offset + 1
        record.partition = 0
        record.offset = offset


def run(
    statements: str,
    records: Iterable[Record],
    properties: Mapping[str, object] | None = None,
    dead_letters: list[DeadLetter] | None = None,
) -> list[Record]:
    """Everything that the queries of `statements` write for `records`, in the order of writing.

    Each record goes through every query to the end before the next one is taken. A topic has one
    partition. Records in internal topics are not returned.

    Args:
        statements: KSQL text.
        records: input, in order.
        properties: the engine's properties.
        dead_letters: receives what could not be processed.

    Raises:
        KsqlError: a statement is refused.
    """
    engine = Engine(properties)
    results = engine.execute(statements)
    runner = Runner(engine.queries.values(), dead_letters)
    written = [
        made for result in results for record in result.records for made in [record, *runner.feed(record)]
    ]
    for record in records:
        written += runner.feed(record)
    return written
