"""How far each query is, told to Kafka as committed offsets of the query's own consumer group."""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition

from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.names import Names

log = logging.getLogger(__name__)

INTERVAL: Final = 1.0
"""Seconds between two reports of a busy instance; an idle one reports at once."""

ANSWER: Final = 5.0
"""Seconds within which Kafka has to take a report. A dying broker answers none: it is sent again."""


class Progress:
    """The committed offsets of the queries' groups, as Kafka knows them.

    They are sent after the transaction that they speak of, so a lag of 0 means that all output is committed.
    """

    def __init__(self, cluster: Cluster, names: Names) -> None:
        self._cluster = cluster
        self._names = names
        self._told: dict[tuple[str, Input], int] = {}
        self._running: list[Future[Any]] = []
        self._last = 0.0

    def tell(self, positions: Mapping[tuple[str, Input], int], *, idle: bool) -> None:
        """Send what has changed, when it is time to.

        Args:
            positions: the next offset to be read, by query and partition; all before it is committed.
            idle: nothing else is to be done.
        """
        now = time.monotonic()
        if not idle and now - self._last < INTERVAL:
            return
        self._running = [future for future in self._running if not self._ended(future)]
        if self._running:
            return
        self._last = now
        changed: dict[str, list[TopicPartition]] = defaultdict(list)
        for key, offset in positions.items():
            if self._told.get(key) != offset:
                query_id, (topic, partition) = key
                changed[query_id].append(TopicPartition(topic, partition, offset))
        for query_id, partitions in changed.items():
            request = ConsumerGroupTopicPartitions(self._names.group(query_id), partitions)
            sent = self._cluster.admin.alter_consumer_group_offsets([request], request_timeout=ANSWER)
            self._running += sent.values()
            self._told |= {(query_id, (p.topic, p.partition)): p.offset for p in partitions}

    def _ended(self, future: "Future[Any]") -> bool:
        if not future.done():
            return False
        try:
            future.result()
        except KafkaException as error:
            log.warning("a query's offsets could not be committed: %s", error.args[0].str())
            self._told.clear()
        return True

    def await_told(self, timeout: float) -> None:
        """Wait until Kafka has taken what was sent."""
        for future in self._running:
            future.result(timeout)

    def forget(self, query_id: str) -> None:
        """Delete the group of a query that has been terminated."""
        self._told = {key: offset for key, offset in self._told.items() if key[0] != query_id}
        self._running += self._cluster.admin.delete_consumer_groups([self._names.group(query_id)]).values()
