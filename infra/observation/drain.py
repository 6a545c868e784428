"""Waits until the KSQL queries have worked off everything that was written to their sources.

Each query of ksqlDB is a consumer group, which commits an offset only after what it made of the records
before is written. So once every group's offsets have been read, and the ends of all their topics, read
*afterwards*, are no further, nothing is under way: what could still be written would come from a record
that a group has not committed.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import OffsetSpec as _OffsetSpec  # type: ignore[attr-defined]  # not in its __all__

from infra.errors import UnreachableError

GROUP_PREFIX: Final = "_confluent-ksql-"
"""Of the consumer group of every query (ksqlDB documentation, "ksql.service.id")."""
_LOOK_AGAIN: Final = 0.1
_SETTLED: Final = 1.0
"""Seconds that the lag has to stay 0: a query that begins has no group until it first commits."""
_ANSWER: Final = 10.0
_FEW: Final = 50
"""So few offsets may be transaction markers alone, which no group ever consumes."""

_Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How many records each query has not worked off yet, by group and topic, where it is not 0."""

    behind: Mapping[tuple[str, str], int]
    groups: int
    consumed: frozenset[str]
    """The topics that are read by any group."""

    @property
    def total(self) -> int:
        """Over all."""
        return sum(self.behind.values())


def await_drained(bootstrap: str, sources: Iterable[str], deadline_seconds: float) -> None:
    """Return once every query has worked off its sources, `sources` among them.

    Args:
        bootstrap: Kafka's address.
        sources: topics that some query has to read: before one does, nothing is worked off.
        deadline_seconds: how long to wait at most.

    Raises:
        UnreachableError: it took longer; says which query is how far behind.
    """
    wanted = frozenset(sources)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    checker = _checker(bootstrap)
    try:
        deadline = time.monotonic() + deadline_seconds
        settled_since: float | None = None
        while True:
            lag = measure(admin, checker)
            now = time.monotonic()
            if lag.total or wanted - lag.consumed:
                settled_since = None
            elif settled_since is None:
                settled_since = now
            elif now - settled_since >= _SETTLED:
                return
            if now > deadline:
                raise _late(lag, wanted, deadline_seconds)
            time.sleep(_LOOK_AGAIN)
    finally:
        checker.close()


def measure(admin: AdminClient, checker: Consumer) -> Lag:
    """The lag of every query at this moment.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    try:
        listed = admin.list_consumer_groups(request_timeout=_ANSWER).result()
        groups = sorted(group.group_id for group in listed.valid if is_query(group.group_id))
        committed = {group: _committed(admin, group) for group in groups}
        places = {place for offsets in committed.values() for place in offsets}
        ends = _ends(admin, places)
    except KafkaException as error:
        raise UnreachableError(
            f"Kafka does not tell how far the queries are: {error}", "Run ./lab status."
        ) from error
    behind: dict[tuple[str, str], int] = {}
    for group, offsets in committed.items():
        for (topic, partition), offset in offsets.items():
            left = ends.get((topic, partition), 0) - offset
            if left > _FEW or (left > 0 and _readable(checker, topic, partition, offset)):
                behind[group, topic] = behind.get((group, topic), 0) + left
    consumed = frozenset(topic for topic, _ in places)
    return Lag(behind=behind, groups=len(groups), consumed=consumed)


def is_query(group: str) -> bool:
    """Whether a consumer group is a query's: a server has groups for its own ends too."""
    return group.startswith(GROUP_PREFIX) and "query_" in group


def _committed(admin: AdminClient, group: str) -> dict[_Place, int]:
    """The offsets a group has committed; 0 for what is assigned to it and not committed yet."""
    described = admin.describe_consumer_groups([group], request_timeout=_ANSWER)[group].result()
    offsets = {
        (assigned.topic, assigned.partition): 0
        for member in described.members
        if member.assignment
        for assigned in member.assignment.topic_partitions
    }
    answer = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=_ANSWER)
    for place in answer[group].result().topic_partitions:
        offsets[place.topic, place.partition] = max(place.offset, 0)
    return offsets


def _ends(admin: AdminClient, places: Iterable[_Place]) -> dict[_Place, int]:
    asked = {
        TopicPartition(topic, partition): _OffsetSpec.latest()  # type: ignore[no-untyped-call]
        for topic, partition in places
    }
    if not asked:
        return {}
    answers = admin.list_offsets(
        asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_ANSWER
    )
    ends = {}
    for place, future in answers.items():
        try:
            ends[place.topic, place.partition] = future.result().offset
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
    return ends


def _checker(bootstrap: str) -> Consumer:
    settings: dict[str, Any] = {
        "bootstrap.servers": bootstrap,
        "group.id": "lab-drain",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "auto.offset.reset": "earliest",
    }
    return Consumer(settings)


def _readable(checker: Consumer, topic: str, partition: int, offset: int) -> bool:
    """Whether a record stands at or after an offset, or transaction markers alone."""
    checker.assign([TopicPartition(topic, partition, offset)])
    message = checker.poll(_ANSWER)
    error = message.error() if message is not None else None
    return message is None or error is None or error.code() != KafkaError._PARTITION_EOF  # noqa: SLF001 - its public name


def _late(lag: Lag, wanted: frozenset[str], seconds: float) -> UnreachableError:
    if not lag.groups:
        return UnreachableError(
            f"no KSQL query runs on this Kafka, even after {seconds:.0f} s",
            "Run ./lab up, or ./lab status to see why.",
        )
    unread = sorted(wanted - lag.consumed)
    if unread:
        return UnreachableError(
            f"no KSQL query has read {', '.join(unread)} in {seconds:.0f} s",
            "Run ./lab status to see which one fails.",
        )
    (group, topic), left = max(lag.behind.items(), key=lambda item: item[1])
    return UnreachableError(
        f"the pipeline has not drained in {seconds:.0f} s: {group} is {left} records behind on {topic}",
        "Wait longer with --deadline, or run ./lab status to see whether that query fails.",
    )
