"""What a test of the sink needs around it: a topic, an index and a token of its own."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

Headers = Sequence[tuple[str, str | bytes | None]]


@dataclass
class Hop:
    """The way from one topic to one index, all three of the same name."""

    name: str
    bootstrap: str
    splunk: Any
    connect: Any
    sink: Callable[..., dict[str, str]]
    token: str

    def produce(
        self, *values: bytes | None, topic: str = "", headers: Headers = (), timestamp: int = 0
    ) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5, "enable.idempotence": True})
        extra: dict[str, Any] = {"timestamp": timestamp} if timestamp else {}
        for value in values:
            producer.produce(topic or self.name, value=value, key=b"host", headers=list(headers), **extra)
            producer.poll(0)
        assert producer.flush(60) == 0

    def make_topic(self, name: str, partitions: int = 1) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_topics([NewTopic(name, num_partitions=partitions)])[name].result()

    def config(self, **options: str) -> dict[str, str]:
        return self.sink(self.splunk, self.token, self.name, self.name, **options)

    def start(self, **options: str) -> None:
        answer = self.put(self.config(**options))
        assert answer.status_code == 201, answer.text

    def put(self, config: dict[str, str]) -> httpx.Response:
        answer: httpx.Response = self.connect.call("PUT", f"/connectors/{self.name}/config", json=config)
        return answer

    def indexed(self, condition: str = "") -> list[str]:
        """The raw text of the events of the index, but for the check event."""
        found = self.splunk.search(
            f"search index={self.name} NOT sourcetype=kafka-connect {condition} | table _raw"
        )
        return [row["_raw"] for row in found]

    def committed(self) -> int:
        """The sum of the committed offsets."""
        rows = self.connect.call("GET", f"/connectors/{self.name}/offsets").json()["offsets"]
        return sum(row["offset"]["kafka_offset"] for row in rows)

    def dead_letters(self, topic: str, count: int) -> list[Any]:
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": uuid.uuid4().hex,
                "auto.offset.reset": "earliest",
            }
        )
        consumer.subscribe([topic])
        messages: list[Any] = consumer.consume(count, timeout=20)
        consumer.close()
        return messages


@pytest.fixture
def make_hop(kafka: Any, sink: Callable[..., dict[str, str]]) -> Callable[..., Hop]:
    def make(splunk: Any, connect: Any, **token: str) -> Hop:
        name = f"t{uuid.uuid4().hex[:12]}"
        secret = splunk.token(name, name, **({"useACK": "1"} | token))
        return Hop(name, kafka.bootstrap, splunk, connect, sink, secret)

    return make


@pytest.fixture
def hop(make_hop: Callable[..., Hop], splunk: Any, connect: Any) -> Any:
    """A hop over the session's Splunk and Connect; its connector is removed afterwards."""
    made = make_hop(splunk, connect)
    yield made
    connect.call("DELETE", f"/connectors/{made.name}")
