"""What tests of the runtime and the server need: topics of their own, and instances that are stopped at the end."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.kafka.settings import Settings as Kafka
from tests.embedded.ksql.instance_process import InstanceProcess

DEADLINE = 60.0


@dataclass(frozen=True)
class Found:
    """A record as it was found in a topic; `value` is None for a tombstone, else decoded JSON."""

    key: bytes | None
    value: Any
    timestamp: int
    partition: int
    offset: int


class Topics:
    """The topics of one test. Names are the test's own: `named("a")`."""

    def __init__(self, bootstrap: str) -> None:
        self.prefix = f"t{uuid.uuid4().hex[:8]}_"
        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap})
        self.producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "linger.ms": 2,
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "log_level": 0,  # the broker is stopped before the last producer is collected
            }
        )

    def named(self, name: str) -> str:
        return self.prefix + name

    def make(self, name: str, partitions: int = 1) -> str:
        topic = self.named(name)
        self.admin.create_topics([NewTopic(topic, num_partitions=partitions)])[topic].result()
        return topic

    def send(self, name: str, value: Any, key: str | None = None, timestamp: int = 0) -> None:
        raw = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
        extra: dict[str, Any] = {"timestamp": timestamp} if timestamp else {}
        self.producer.produce(self.named(name), raw, key.encode() if key else None, **extra)
        self.producer.poll(0)

    def flush(self) -> None:
        assert self.producer.flush(DEADLINE) == 0

    def ends(self, topic: str) -> dict[int, int]:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "ends"})
        partitions = self.admin.list_topics(topic).topics[topic].partitions
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p))[1] for p in partitions}
        consumer.close()
        return ends

    def read(self, name: str, count: int = 0, *, exact: bool = False) -> list[Found]:
        """Committed records: at least `count`, and all that are there when those have come."""
        return self.read_topic(name if exact else self.named(name), count)

    def read_topic(self, topic: str, count: int) -> list[Found]:
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "reading",
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
            }
        )
        partitions = self.admin.list_topics(topic).topics[topic].partitions
        consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
        found: list[Found] = []
        at_end: set[int] = set()
        deadline = time.monotonic() + DEADLINE
        while len(found) < count or len(at_end) < len(partitions):
            assert time.monotonic() < deadline, f"{topic} has {len(found)} records, not {count}"
            message: Any = consumer.poll(0.2)
            if message is None:
                continue
            if message.error():
                at_end.add(message.partition())
                continue
            at_end.discard(message.partition())
            value = message.value()
            found.append(
                Found(
                    message.key(),
                    json.loads(value) if value is not None else None,
                    message.timestamp()[1],
                    message.partition(),
                    message.offset(),
                )
            )
        consumer.close()
        return found

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        request = ConsumerGroupTopicPartitions(group)
        answer = next(iter(self.admin.list_consumer_group_offsets([request]).values())).result()
        return {(p.topic, p.partition): p.offset for p in answer.topic_partitions or []}


@pytest.fixture
def topics(kafka: Kafka) -> Topics:
    return Topics(kafka.bootstrap)


@pytest.fixture
def make_instance(kafka: Kafka, topics: Topics, tmp_path: Path) -> Iterator[Callable[..., InstanceProcess]]:
    """Makes instances of one application that is this test's own."""
    made: list[InstanceProcess] = []

    def make(**settings: Any) -> InstanceProcess:
        folder = tmp_path / f"instance-{len(made)}"
        instance = InstanceProcess(kafka.bootstrap, topics.prefix, folder, **settings)
        made.append(instance)
        return instance

    yield make
    for instance in made:
        instance.close()


@pytest.fixture
def ksql(make_instance: Callable[..., InstanceProcess]) -> InstanceProcess:
    """One instance that is ready."""
    instance = make_instance()
    instance.start()
    return instance


def values(found: Sequence[Found]) -> list[Any]:
    """The values alone."""
    return [record.value for record in found]


def eventually(check: Callable[[], bool], what: str) -> None:
    """Wait until `check` is true.

    Raises:
        AssertionError: it does not become so within a minute.
    """
    deadline = time.monotonic() + DEADLINE
    while not check():
        assert time.monotonic() < deadline, f"it never came about that {what}"
        time.sleep(0.05)
