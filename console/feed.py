"""Feeds the state from Kafka: from the earliest records that there are, and then as they are written."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from console.settings import Settings
from console.state import Incoming, State

BATCH: Final = 2_000
_PATIENCE: Final = 0.1
"""Seconds to wait for a whole batch; librdkafka hands over what it has when they are over."""
LOOK_SECONDS: Final = 2.0
"""How often it is looked for topics and partitions that came or went."""
_ANSWER: Final = 2.0
_RATE_SECONDS: Final = 5.0

log = logging.getLogger("console")


class Feed:
    """One consumer, in a thread of its own. Leaves no trace in Kafka: it joins no group."""

    def __init__(self, settings: Settings, state: State) -> None:
        self._state = state
        self._stop = threading.Event()
        self._behind: set[tuple[str, int]] = set()
        self._known: set[tuple[str, int]] = set()
        self._taken: deque[tuple[float, int]] = deque()
        self.trouble = "Kafka has not answered yet"
        """Why nothing comes; empty when all is well."""
        client: dict[str, Any] = {
            **settings.security,
            "bootstrap.servers": settings.bootstrap,
            "group.id": "lab-console",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "queued.max.messages.kbytes": 8_192,
            "fetch.wait.max.ms": 100,
        }
        self._consumer = Consumer(client, logger=log)
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def is_live(self) -> bool:
        """Whether it has read all that was there when it came."""
        return not self.trouble and bool(self._known) and not self._behind

    @property
    def rate(self) -> float:
        """Records a second, over the last seconds."""
        since = time.monotonic() - _RATE_SECONDS
        return sum(count for at, count in list(self._taken) if at > since) / _RATE_SECONDS

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading, and let go of Kafka."""
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def _run(self) -> None:
        looked = 0.0
        while not self._stop.is_set():
            try:
                if time.monotonic() - looked > LOOK_SECONDS:
                    self._look()
                    looked = time.monotonic()
                self._take(self._consumer.consume(BATCH, timeout=_PATIENCE))
            except KafkaException as error:
                self.trouble = f"Kafka does not answer: {error.args[0].str()}"
                self._stop.wait(_PATIENCE)

    def _look(self) -> None:
        there = self._consumer.list_topics(timeout=_ANSWER).topics
        wanted = {
            (name, partition)
            for name in self._state.topics
            if name in there and there[name].error is None
            for partition in there[name].partitions
        }
        self.trouble = ""
        new, old = wanted - self._known, self._known - wanted
        if old:
            self._consumer.incremental_unassign([TopicPartition(*place) for place in old])
        if new:
            self._consumer.incremental_assign([TopicPartition(*place, 0) for place in new])
        self._behind = (self._behind | new) - old
        self._known = wanted

    def _take(self, messages: Iterable[Any]) -> None:
        records = []
        for message in messages:
            error = message.error()
            if error is None:
                key, (_, timestamp) = message.key() or b"", message.timestamp()
                records.append(Incoming(message.topic(), key, message.value(), timestamp))
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                self._behind.discard((message.topic(), message.partition()))
            else:
                log.warning("%s cannot be read: %s", message.topic(), error.str())
        if not records:
            return
        self._state.take(records)
        now = time.monotonic()
        self._taken.append((now, len(records)))
        while self._taken and self._taken[0][0] < now - _RATE_SECONDS:
            self._taken.popleft()
