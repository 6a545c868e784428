"""Queries run in the order in which ksqlDB's testing tool runs them.

Each query takes everything that it reads before the next one starts: first the given records of its
topics, in their order, then what earlier queries (or INSERT … VALUES) have written to its other topics, topic
by topic.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from embedded.ksql.expressions.javamap import hash_order
from embedded.ksql.query import Query, Task
from embedded.ksql.record import DeadLetter, Record


class _Driver:
    """One query, with its internal topics."""

    def __init__(self, query: Query, dead_letters: list[DeadLetter]) -> None:
        self._readers: dict[str, list[Task]] = {}
        self._internal = {spec.name for spec in query.internal_topics}
        self._offsets: dict[str, int] = {}
        for stage in query.stages:
            task = stage.task(0)
            task.on_dead_letter = dead_letters.append
            for topic in stage.source_topics:
                self._readers.setdefault(topic, []).append(task)
        self.topics = [topic for topic in self._readers if topic not in self._internal]

    def feed(self, record: Record) -> list[Record]:
        written: list[Record] = []
        waiting = deque([record])
        while waiting:
            current = self._stored(waiting.popleft())
            made = [out for task in self._readers.get(current.topic, ()) for out in task.process(current)]
            written += (out for out in made if out.topic not in self._internal)
            waiting.extend(out for out in made if out.topic in self._internal)
        return written

    def _stored(self, record: Record) -> Record:
        offset = self._offsets.get(record.topic, 0)
        self._offsets[record.topic] = offset + 1
        return Record(record.topic, record.key, record.value, record.timestamp, 0, offset, record.headers)


def run_queries(
    queries: Iterable[Query],
    given: Sequence[Record],
    inserted: Iterable[Record],
    dead_letters: list[DeadLetter],
) -> list[Record]:
    """What the queries write, in the order of writing.

    Args:
        queries: in the order of their statements.
        given: the input.
        inserted: what INSERT … VALUES statements have written to topics beforehand.
        dead_letters: receives what could not be processed.
    """
    stored: dict[str, list[Record]] = {}
    written: list[Record] = list(inserted)
    for record in written:
        stored.setdefault(record.topic, []).append(record)
    topics = {record.topic for record in given}
    for query in queries:
        driver = _Driver(query, dead_letters)
        made = [out for record in given if record.topic in driver.topics for out in driver.feed(record)]
        for topic in hash_order((each for each in driver.topics if each not in topics), capacity=16):
            made += [out for record in stored.get(topic, ()) for out in driver.feed(record)]
        for record in made:
            stored.setdefault(record.topic, []).append(record)
        written += made
    return written
