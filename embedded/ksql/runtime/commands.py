"""The command topic: every statement that changed the application, in the order in which it did."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from confluent_kafka import Consumer, Message, TopicPartition

from embedded.ksql.catalog import TopicSpec
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.errors import FencedError, RuntimeFailureError

VERSION: Final = 15
"""The version of ksqlDB's command format that the fields used here agree with."""


@dataclass(frozen=True, slots=True)
class Command:
    """One statement as the command topic holds it.

    `partitions` are the partition counts that the engine was told when the statement was first carried out,
    so that it is understood in the same way after a topic is gone. `offset` is the command sequence number.
    """

    command_id: str
    statement: str
    properties: Mapping[str, Any]
    partitions: Mapping[str, int]
    offset: int = -1


class CommandLog:
    """The application's statements in Kafka: read by all its instances, written by one at a time.

    A writer that finds another instance's statement before its own has decided on an old state; it is told
    so by `FencedError` and starts again.
    """

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic
        self.next = 0
        cluster.create([TopicSpec(topic, retention_ms=-1)])
        self._producer = clients.plain(cluster.bootstrap)
        self._consumer: Consumer = clients.reader(cluster.bootstrap, fetch_wait_ms=500)
        self._consumer.assign([TopicPartition(topic, 0, 0)])

    def read_to_end(self) -> list[Command]:
        """All statements that were written when this was called and were not read before.

        Raises:
            RuntimeFailureError: Kafka does not give them within the time limit.
        """
        end = self._cluster.ends([(self._topic, 0)], committed=False)[self._topic, 0]
        commands: list[Command] = []
        deadline = time.monotonic() + clients.TIMEOUT
        while self.next < end:
            commands += self.poll(timeout=0.2)
            if time.monotonic() > deadline:
                raise RuntimeFailureError(f"topic {self._topic} cannot be read up to offset {end}")
        return commands

    def poll(self, timeout: float = 0.0) -> list[Command]:
        """The statements that have arrived since, waiting at most `timeout` seconds for the first."""
        first = self._consumer.poll(timeout)
        return list(self._decode([first, *self._consumer.consume(1000, 0)])) if first else []

    def _decode(self, messages: list[Message]) -> Iterator[Command]:
        for message in messages:
            offset = message.offset()
            if message.error() is not None or offset is None or offset < self.next:
                continue
            self.next = offset + 1
            value = orjson.loads(message.value() or b"{}")
            yield Command(
                command_id=orjson.loads(message.key() or b'""'),
                statement=value["statement"],
                properties=value.get("streamsProperties", {}),
                partitions=value.get("partitions", {}),
                offset=offset,
            )

    def append(self, command: Command) -> Command:
        """Write one statement that this instance has carried out; return it with its offset.

        Raises:
            FencedError: another instance has written since the last read.
            RuntimeFailureError: Kafka did not take it.
        """
        written: list[tuple[object, int | None]] = []
        self._producer.produce(
            self._topic,
            partition=0,
            key=orjson.dumps(command.command_id),
            value=orjson.dumps(
                {
                    "statement": command.statement,
                    "streamsProperties": dict(command.properties),
                    "partitions": dict(command.partitions),
                    "originalProperties": {},
                    "version": VERSION,
                }
            ),
            on_delivery=lambda error, message: written.append((error, message.offset())),
        )
        self._producer.flush(clients.TIMEOUT)
        if not written or written[0][0] is not None:
            reason = written[0][0] if written else "no answer in time"
            raise RuntimeFailureError(f"the statement could not be written to {self._topic}: {reason}")
        offset = written[0][1]
        if offset != self.next:
            raise FencedError(f"another instance has written to {self._topic} at the same moment")
        self.next = offset + 1
        self._consumer.seek(TopicPartition(self._topic, 0, self.next))
        return replace(command, offset=offset)

    def close(self) -> None:
        """Close the log's clients."""
        self._consumer.close()
