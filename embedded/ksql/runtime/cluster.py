"""The cluster's topics: asked for, made, deleted, and where each partition begins and ends."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import EarliestSpec, LatestSpec, OffsetSpec
from confluent_kafka.admin._metadata import ClusterMetadata
from confluent_kafka.cimpl import NewTopic

from embedded.ksql.catalog import TopicSpec
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.errors import RuntimeFailureError

Input = tuple[str, int]
"""A topic and one of its partitions."""

SETTLED: Final = 10.0
"""Seconds within which a new topic has to have a leader."""

FRESH: Final = 0.02
"""Seconds for which it is believed that a topic does not exist."""

_NOT_YET: Final = frozenset(
    {
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._TRANSPORT,  # noqa: SLF001  # confluent-kafka's public names, and below
        KafkaError._NOENT,  # noqa: SLF001
        KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001
        KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001
    }
)
_NO_COORDINATOR: Final = frozenset(
    {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }
)
_FENCED: Final = frozenset({KafkaError.FENCED_LEADER_EPOCH, KafkaError.UNKNOWN_LEADER_EPOCH})
"""What librdkafka knows of a topic is from before the broker was killed, and it does not look again."""
EARLIEST: Final[OffsetSpec] = EarliestSpec()  # type: ignore[no-untyped-call]
LATEST: Final[OffsetSpec] = LatestSpec()  # type: ignore[no-untyped-call]


class Cluster:
    """A cluster's topics. Partition counts are remembered: they change only through this object."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.admin: AdminClient = clients.admin(bootstrap)
        self._partitions: dict[str, int] = {}
        self._asked = 0.0

    def id(self) -> str:
        """The Kafka cluster's id, as its brokers say it."""
        return str(self._listed().cluster_id)

    def _listed(self) -> ClusterMetadata:
        try:
            return self.admin.list_topics(timeout=clients.ANSWER)
        except KafkaException as error:
            raise RuntimeFailureError(
                f"Kafka does not answer on {self.bootstrap}: {error.args[0].str()}"
            ) from error

    def partitions(self, name: str) -> int | None:
        """How many partitions topic `name` has, or None when there is no such topic."""
        if name not in self._partitions and time.monotonic() - self._asked > FRESH:
            self.refresh()
        return self._partitions.get(name)

    def refresh(self) -> dict[str, list[int]]:
        """Ask the cluster; return for each topic how many replicas each of its partitions has."""
        topics = self._listed().topics
        self._partitions = {name: len(topic.partitions) for name, topic in topics.items()}
        self._asked = time.monotonic()
        return {
            name: [len(partition.replicas) for partition in topic.partitions.values()]
            for name, topic in topics.items()
        }

    def prepare_groups(self, group: str) -> None:
        """Wait until the broker can take members into `group`: a new one first has to make a topic for them.

        A member that asks earlier asks again a second later only. Whatever else is wrong, that member will
        meet it as well, and tell.
        """
        deadline = time.monotonic() + SETTLED
        while time.monotonic() < deadline:
            try:
                self.admin.describe_consumer_groups([group], request_timeout=clients.ANSWER)[group].result()
            except KafkaException as error:
                if error.args[0].code() in _NO_COORDINATOR:
                    time.sleep(0.01)
                    continue
            return

    def create(self, specs: Iterable[TopicSpec]) -> None:
        """Make those topics that are missing, all in one request.

        Raises:
            RuntimeFailureError: the broker refuses one.
        """
        missing = {spec.name: spec for spec in specs if self.partitions(spec.name) is None}
        if not missing:
            return
        made = self.admin.create_topics([_new(spec) for spec in missing.values()])
        for name, future in made.items():
            try:
                future.result(clients.TIMEOUT)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise RuntimeFailureError(
                        f"topic {name} could not be made: {error.args[0].str()}"
                    ) from error
        self._partitions |= {name: spec.partitions for name, spec in missing.items()}

    def delete(self, names: Iterable[str]) -> None:
        """Delete those topics that exist."""
        there = [name for name in names if self.partitions(name) is not None]
        if not there:
            return
        for name, future in self.admin.delete_topics(there).items():
            try:
                future.result(clients.TIMEOUT)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise RuntimeFailureError(
                        f"topic {name} could not be deleted: {error.args[0].str()}"
                    ) from error
            self._partitions.pop(name, None)

    def starts(self, inputs: Iterable[Input]) -> dict[Input, int]:
        """The first offset that each partition still holds."""
        return self._offsets(inputs, EARLIEST, IsolationLevel.READ_UNCOMMITTED)

    def ends(self, inputs: Iterable[Input], *, committed: bool = True) -> dict[Input, int]:
        """The offset after the last record of each partition.

        Args:
            inputs: the partitions.
            committed: leave out what an open transaction has written, and all that follows it.
        """
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        return self._offsets(inputs, LATEST, level)

    def bounds(self, inputs: Iterable[Input]) -> dict[Input, tuple[int, int]]:
        """The first offset that each partition still holds, and the one after its last record."""
        asked = list(inputs)
        with ThreadPoolExecutor(1) as pool:
            starts = pool.submit(self.starts, asked)
            ends = self.ends(asked, committed=False)
            return {key: (start, ends[key]) for key, start in starts.result().items()}

    def decided_ends(self, inputs: Iterable[Input]) -> dict[Input, int]:
        """The ends of those partitions in which every transaction is decided and marked as such.

        A transaction's markers are written after its commit has been answered.
        """
        written = self.ends(inputs, committed=False)
        decided = self.ends(written)
        return {key: end for key, end in written.items() if decided[key] == end}

    def await_decided(self, inputs: Iterable[Input]) -> dict[Input, int]:
        """The ends of these partitions, once every transaction in them is decided.

        Raises:
            RuntimeFailureError: one stays open for longer than a transaction may.
        """
        asked = list(inputs)
        deadline = time.monotonic() + clients.TRANSACTION_TIMEOUT_MS / 1000 + SETTLED
        while time.monotonic() < deadline:
            ends = self.decided_ends(asked)
            if len(ends) == len(asked):
                return ends
            time.sleep(0.01)
        raise RuntimeFailureError("a transaction of an instance that is no more stays open")

    def _offsets(self, inputs: Iterable[Input], spec: OffsetSpec, level: IsolationLevel) -> dict[Input, int]:
        asked = {TopicPartition(topic, partition): spec for topic, partition in inputs}
        deadline = time.monotonic() + SETTLED
        while asked:
            found = self.admin.list_offsets(asked, isolation_level=level, request_timeout=clients.TIMEOUT)
            try:
                return {(tp.topic, tp.partition): future.result().offset for tp, future in found.items()}
            except KafkaException as error:
                cause = error.args[0]
                if cause.code() not in _NOT_YET | _FENCED or time.monotonic() > deadline:
                    named = ", ".join(sorted({f"{tp.topic}/{tp.partition}" for tp in asked}))
                    raise RuntimeFailureError(
                        f"Kafka does not say where its topics end ({named}): {cause.str()}"
                    ) from error
                time.sleep(0.01)
                if cause.code() in _FENCED:
                    self.admin = clients.admin(self.bootstrap)
                self.refresh()  # librdkafka remembers for long that it did not know a topic
        return {}

    def forget_before(self, offsets: Mapping[Input, int]) -> None:
        """Delete the records before these offsets, which nothing needs any more."""
        asked = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
        for future in self.admin.delete_records(asked).values():
            future.result(clients.TIMEOUT)


def _new(spec: TopicSpec) -> NewTopic:
    config = {}
    if spec.retention_ms is not None:
        config["retention.ms"] = str(spec.retention_ms)
        if spec.retention_ms < 0:
            config["retention.bytes"] = "-1"
    if spec.compacted:
        config["cleanup.policy"] = "compact"
    return NewTopic(
        spec.name, num_partitions=spec.partitions, replication_factor=spec.replicas, config=config
    )
