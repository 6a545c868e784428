"""Committing what is settled: now and then while a task works, once more before it stops or hands over."""

import logging
import time
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from embedded.connect.offsets import Offsets, Partition

COMMIT_SECONDS: Final = 0.25
"""At most so often are offsets committed while a task works."""
LAST_SECONDS: Final = 1.0
"""So long a task that stops waits for its last commit: Kafka may be gone, and a stop must end."""
log = logging.getLogger("connect.commits")


class Commits:
    """The commits of one task. One that fails is made up for by a later one, or its records come again."""

    def __init__(self, task: str) -> None:
        self.offsets = Offsets()
        self._task = task
        self._waiting: dict[Partition, int] = {}
        self._under_way = 0
        self._committed_at = 0.0

    def now_and_then(self, consumer: Consumer) -> None:
        """Commit, unless the last commit was just made."""
        if time.monotonic() - self._committed_at >= COMMIT_SECONDS:
            self._commit(consumer, wait=False)

    def before_stop(self, consumer: Consumer) -> bool:
        """Commit and wait for Kafka's word, but not for long; returns whether it came.

        What is polled meanwhile is left uncommitted, so it comes again.
        """
        self._commit(consumer, wait=False)
        deadline = time.monotonic() + LAST_SECONDS
        while self._under_way and time.monotonic() < deadline:
            consumer.poll(0.02)
        return self._under_way == 0

    def before_handing_over(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Commit before other tasks take these partitions, and forget them."""
        self._commit(consumer, wait=True)
        self.forget(consumer, partitions)

    def forget(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """These partitions already belong to others."""
        for partition in partitions:
            self.offsets.given_up((partition.topic, partition.partition))
            self._waiting.pop((partition.topic, partition.partition), None)

    def on_commit(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        """Kafka's word on a commit."""
        self._under_way = max(0, self._under_way - 1)
        if error is not None:
            for partition in partitions:
                # A later offset may wait already.
                self._waiting.setdefault((partition.topic, partition.partition), partition.offset)

    def _commit(self, consumer: Consumer, *, wait: bool) -> None:
        self._waiting.update(self.offsets.committable())
        if not self._waiting:
            return
        moved = [TopicPartition(topic, number, offset) for (topic, number), offset in self._waiting.items()]
        self._waiting.clear()
        self._committed_at = time.monotonic()
        self._under_way += 1
        try:
            if wait:
                consumer.commit(offsets=moved, asynchronous=False)
            else:
                consumer.commit(offsets=moved, asynchronous=True)
        except KafkaException as error:
            self._under_way -= 1
            log.warning("task %s could not commit its offsets: %s", self._task, error)
