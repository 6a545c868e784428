"""The connectors' configurations, in a compacted Kafka topic, under the keys that Kafka Connect uses."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import orjson
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.cimpl import NewTopic

from embedded.connect.dead_letters import make_topic
from embedded.connect.errors import TaskError

CONNECTOR: Final = "connector-"
TARGET_STATE: Final = "target-state-"
STARTED: Final = "STARTED"
SECONDS: Final = 20.0


@dataclass(frozen=True)
class Stored:
    """A connector as it was configured, and what it is meant to be: STARTED, PAUSED or STOPPED."""

    config: dict[str, str]
    target: str = STARTED


class ConfigTopic:
    """The topic, read once when the worker starts and written by it alone.

    Raises:
        TaskError: Kafka does not answer, or refuses the topic.
    """

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._bootstrap = bootstrap
        compacted = {"cleanup.policy": "compact"}
        make_topic(bootstrap, NewTopic(topic, num_partitions=1, replication_factor=1, config=compacted))
        self._producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
        self._lock = threading.Lock()

    def load(self) -> dict[str, Stored]:
        """Every connector, by name."""
        connectors: dict[str, Stored] = {}
        targets: dict[str, str] = {}
        for key, value in self._records():
            if key.startswith(CONNECTOR):
                name = key.removeprefix(CONNECTOR)
                connectors.pop(name, None)
                if value is not None:
                    connectors[name] = Stored(orjson.loads(value)["properties"])
            elif key.startswith(TARGET_STATE) and value is not None:
                targets[key.removeprefix(TARGET_STATE)] = orjson.loads(value)["state"]
            elif key.startswith(TARGET_STATE):
                targets.pop(key.removeprefix(TARGET_STATE), None)
        return {
            name: replace(stored, target=targets.get(name, STARTED)) for name, stored in connectors.items()
        }

    def put_config(self, name: str, config: dict[str, str]) -> None:
        """Keep a connector's configuration."""
        self._put(CONNECTOR + name, {"properties": config})

    def put_target(self, name: str, target: str) -> None:
        """Keep what a connector is meant to be."""
        self._put(TARGET_STATE + name, {"state": target})

    def remove(self, name: str) -> None:
        """Forget a connector."""
        self._put(CONNECTOR + name, None)
        self._put(TARGET_STATE + name, None)

    def _put(self, key: str, value: object) -> None:
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        with self._lock:
            text = None if value is None else orjson.dumps(value)
            self._producer.produce(self._topic, key=key.encode(), value=text, on_delivery=delivered)
            unsent = self._producer.flush(SECONDS)
        if failures or unsent:
            cause = failures[0].str() if failures else f"no answer within {SECONDS:.0f} s"
            raise TaskError(
                f"The configuration could not be written to {self._topic}: {cause}.", "See to Kafka."
            )

    def _records(self) -> Iterator[tuple[str, bytes | None]]:
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "unused",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                # The end is told by an empty answer, which Kafka holds back for half a second by default.
                "fetch.wait.max.ms": 20,
            }
        )
        try:
            consumer.assign([TopicPartition(self._topic, 0, 0)])
            while True:
                message = consumer.poll(SECONDS)
                if message is None:
                    what = f"{self._topic} could not be read within {SECONDS:.0f} s."
                    raise TaskError(what, "See to Kafka.")
                error = message.error()
                if error is None:
                    yield (message.key() or b"").decode(), message.value()
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  # it has no public name
                    return
                else:
                    raise TaskError(f"{self._topic} could not be read: {error.str()}.", "See to Kafka.")
        finally:
            consumer.close()
