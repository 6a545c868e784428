"""What comes in: one consumer over all the partitions that this instance's readers want to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, TopicPartition

from embedded.ksql.record import Record
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.cluster import Input
from embedded.ksql.runtime.errors import RuntimeFailureError

BATCH: Final = 2000
"""How many records are taken at once; with a few queries that is a tenth of a second's work."""


@dataclass(slots=True)
class Taken:
    """Records by partition, in order; for partitions read to the end, the offset of that end.

    `missing` are topics that do not exist.
    """

    records: dict[Input, list[Record]] = field(default_factory=dict)
    ends: dict[Input, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


def to_record(message: Any) -> Record:
    """The engine's record of a consumed message, which has all that a delivered one has."""
    headers = message.headers()
    return Record(
        message.topic(),
        message.key(),
        message.value(),
        message.timestamp()[1],
        message.partition(),
        message.offset(),
        tuple(headers) if headers else (),
    )


class Source:
    """Reads committed records from where it is told to."""

    def __init__(self, bootstrap: str, *, fetch_wait_ms: int = 100) -> None:
        self._consumer: Consumer = clients.reader(bootstrap, fetch_wait_ms=fetch_wait_ms)
        self._next: dict[Input, int] = {}
        self._ends: dict[Input, int] = {}
        self._met: set[str] = set()

    def read_from(self, starts: Mapping[Input, int]) -> None:
        """Read these partitions and no others.

        A partition that is read already goes on where it is, unless it has passed the given offset.
        """
        moved = [i for i, start in starts.items() if i in self._next and start < self._next[i]]
        gone = [i for i in self._next if i not in starts] + moved
        if gone:
            self._consumer.incremental_unassign([TopicPartition(*i) for i in gone])
            for i in gone:
                del self._next[i]
        new = [i for i in starts if i not in self._next]
        if new:
            self._meet({topic for topic, _ in new})
            self._consumer.incremental_assign([TopicPartition(*i, starts[i]) for i in new])
            self._next |= {i: starts[i] for i in new}

    def read_again(self, key: Input) -> None:
        """Forget how far a partition has been read, so that `read_from` sets it anew."""
        if key in self._next:
            self._consumer.incremental_unassign([TopicPartition(*key)])
            del self._next[key]

    def unfetched(self) -> set[Input]:
        """The partitions that have records on the broker, by its last answer, which have not come in."""
        found = set()
        for key, offset in self._next.items():
            if self._ends.get(key) == offset:
                continue  # what lies behind belongs to a transaction that is not decided
            end = self._consumer.get_watermark_offsets(TopicPartition(*key), cached=True)[1]
            if end < 0 or offset < end:
                found.add(key)
        return found

    def _meet(self, topics: set[str]) -> None:
        for topic in topics - self._met:
            # librdkafka finds the leaders of a topic that it has not met within a second only
            self._consumer.list_topics(topic, timeout=clients.TIMEOUT)
            self._met.add(topic)

    def take(self, timeout: float) -> Taken:
        """What has come in, waiting at most `timeout` seconds for the first record.

        Raises:
            RuntimeFailureError: a partition cannot be read.
        """
        taken = Taken()
        if not self._next:
            self._consumer.poll(timeout)
            return taken
        first = self._consumer.poll(timeout)
        if first is None:
            return taken
        # `consume` with a timeout waits for a whole batch: without one it takes what is there
        for message in (first, *self._consumer.consume(BATCH, 0)):
            error = message.error()
            if error is not None:
                self._failed(error, message, taken)
                continue
            record = to_record(message)
            key = (record.topic, record.partition)
            wanted = self._next.get(key)
            if wanted is None or record.offset < wanted:
                continue
            self._next[key] = record.offset + 1
            taken.ends.pop(key, None)
            taken.records.setdefault(key, []).append(record)
        return taken

    def _failed(self, error: KafkaError, message: Any, taken: Taken) -> None:
        key = (message.topic(), message.partition())
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  # confluent-kafka's public name
            if key in self._next:
                self._next[key] = max(self._next[key], message.offset())
                taken.ends[key] = self._ends[key] = self._next[key]
        elif error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):  # noqa: SLF001
            if self._next.pop(key, None) is not None:
                taken.missing.add(key[0])
        elif error.fatal() or not error.retriable():
            raise RuntimeFailureError(f"{key[0]}, partition {key[1]}, cannot be read: {error.str()}")

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()
