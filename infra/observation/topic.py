"""Reads topics from a place that was noted to the end that they have now."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from infra.errors import UnreachableError

_ANSWER: Final = 10.0
_BATCH: Final = 10_000
_PATIENCE: Final = 0.05
"""Seconds to wait for a whole batch; librdkafka hands over what it has when they are over."""
EMPTY_ANSWER_MS: Final = 20
"""How long the broker may hold an empty answer back. Only one tells that a topic ends, and Kafka's default is
500 (its documentation, `fetch.max.wait.ms`), which every look at every partition would take."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A record as it stands in a topic; a value of None takes back what its key had before."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Reader:
    """Reads what committed transactions have written. Leaves no trace in Kafka: it joins no group."""

    def __init__(self, bootstrap: str, security: Mapping[str, str] | None = None) -> None:
        settings: dict[str, Any] = {
            **(security or {}),
            "bootstrap.servers": bootstrap,
            "group.id": "lab-reader",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": EMPTY_ANSWER_MS,
            "auto.offset.reset": "earliest",
            "log_level": 0,
        }
        self._bootstrap = bootstrap
        self._consumer = Consumer(settings)

    def close(self) -> None:
        """Let go of the connections."""
        self._consumer.close()

    def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic; none where it does not exist yet.

        Raises:
            UnreachableError: Kafka does not answer.
        """
        try:
            known = self._consumer.list_topics(topic, timeout=_ANSWER).topics[topic]
        except KafkaException as error:
            raise self._silent(error) from error
        return sorted(known.partitions) if known.error is None else []

    def ends(self, topics: Sequence[str]) -> list[TopicPartition]:
        """Where the topics end now: a place to read on from later.

        Raises:
            UnreachableError: Kafka does not answer.
        """
        places = [
            TopicPartition(topic, partition) for topic in topics for partition in self.partitions(topic)
        ]
        try:
            for place in places:
                place.offset = self._consumer.get_watermark_offsets(place, timeout=_ANSWER)[1]
        except KafkaException as error:
            raise self._silent(error) from error
        return places

    def _silent(self, error: KafkaException) -> UnreachableError:
        return UnreachableError(
            f"Kafka at {self._bootstrap} does not answer: {error.args[0].str()}", "Run ./lab status."
        )

    def since(self, topics: Sequence[str], places: Sequence[TopicPartition] = ()) -> Iterator[Entry]:
        """Everything from the noted places (or the beginning) to the present end, in each partition's order.

        Raises:
            UnreachableError: Kafka stops answering.
        """
        begins = {(place.topic, place.partition): place.offset for place in places}
        ends = {(place.topic, place.partition): place.offset for place in self.ends(topics)}
        unread = {place for place, end in ends.items() if begins.get(place, 0) < end}
        if not unread:
            return
        self._consumer.assign([TopicPartition(*place, begins.get(place, 0)) for place in unread])
        heard = time.monotonic()
        while unread:
            messages: list[Any] = self._consumer.consume(_BATCH, timeout=_PATIENCE)
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > _ANSWER:
                raise UnreachableError(f"Kafka does not serve {', '.join(topics)}", "Run ./lab status.")
            for message in messages:
                error, place = message.error(), (message.topic(), message.partition())
                if error is None:
                    yield _entry(message)
                    # one that is written to all the time never comes to an end of its own
                    if message.offset() >= ends[place] - 1:
                        unread.discard(place)
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                    unread.discard(place)
                else:
                    raise UnreachableError(f"{message.topic()} cannot be read: {error}", "Run ./lab status.")

    def following(self, topics: Sequence[str]) -> Iterator[Entry]:
        """What is written from now on, without end."""
        self._consumer.assign(self.ends(topics))
        while True:
            message = self._consumer.poll(1.0)
            if message is not None and message.error() is None:
                yield _entry(message)


def _entry(message: Any) -> Entry:
    return Entry(
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        key=message.key(),
        value=message.value(),
    )
