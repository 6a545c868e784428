"""Waits until the KSQL queries have worked off everything that was written to their sources.

Each query of ksqlDB is a consumer group, which commits an offset only after what it made of the records
before is written. So once every group's offsets have been read, and the ends of all their topics, read
*afterwards*, are no further, nothing is under way: what could still be written would come from a record
that a group has not committed.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

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
from infra.observation.topic import EMPTY_ANSWER_MS

GROUP_PREFIX: Final = "_confluent-ksql-"
"""Of the consumer group of every query (ksqlDB documentation, "ksql.service.id")."""
_LOOK_AGAIN: Final = 0.1
_SETTLED: Final = 1.0
"""Seconds that the lag has to stay as it is: a query that begins has no group until it first commits."""
_ANSWER: Final = 10.0
_FEW: Final = 50
"""So few offsets may be transaction markers alone, which no group ever consumes."""

_Place = tuple[str, int]


class Gap(NamedTuple):
    """Offsets of a partition that a query has not committed: from `reached` to before `end`."""

    group: str
    topic: str
    partition: int
    reached: int
    end: int

    @property
    def width(self) -> int:
        """How many offsets: records, and the markers of transactions."""
        return self.end - self.reached


@dataclass(frozen=True, kw_only=True)
class Lag:
    """What the queries have not worked off yet."""

    gaps: Sequence[Gap]
    names: Sequence[str]
    """The groups that there are."""
    consumed: frozenset[str]
    """The topics that are read by any group."""


def await_drained(
    bootstrap: str,
    sources: Iterable[str],
    deadline_seconds: float,
    security: Mapping[str, str] | None = None,
) -> None:
    """Return once every query has worked off its sources, `sources` among them.

    Args:
        bootstrap: Kafka's address.
        sources: topics that some query has to read: before one does, nothing is worked off.
        deadline_seconds: how long to wait at most.
        security: what a client needs beside the address, by librdkafka's names.

    Raises:
        UnreachableError: it took longer; says which query is how far behind.
    """
    wanted = frozenset(sources)
    client: dict[str, str | int | float | bool] = {
        **(security or {}),
        "bootstrap.servers": bootstrap,
        "log_level": 0,
    }
    admin = AdminClient(client)
    began = time.monotonic()
    seen, since = Lag(gaps=[], names=[], consumed=frozenset()), began
    while True:
        now = time.monotonic()
        if now - since >= _SETTLED and not wanted - seen.consumed and _is_worked_off(client, seen.gaps):
            return
        if now - began > deadline_seconds:
            raise _late(seen, wanted, deadline_seconds)
        time.sleep(_LOOK_AGAIN)
        try:
            lag = measure(admin, min(_ANSWER, max(deadline_seconds - (now - began), _LOOK_AGAIN)))
        except UnreachableError:
            # A broker that dies is started again; what it was told before is not lost.
            if time.monotonic() - began > deadline_seconds:
                raise
            since = time.monotonic()
            continue
        if lag.gaps != seen.gaps:
            since = time.monotonic()
        seen = lag


def measure(admin: AdminClient, patience: float = _ANSWER) -> Lag:
    """The lag of every query at this moment; an answer of Kafka's is awaited for `patience` seconds.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    try:
        listed = admin.list_consumer_groups(request_timeout=patience).result()
        groups = sorted(group.group_id for group in listed.valid if is_query(group.group_id))
        committed = _committed(admin, groups, patience)
        places = {place for offsets in committed.values() for place in offsets}
        ends = _ends(admin, places, patience)
    except KafkaException as error:
        raise UnreachableError(
            f"Kafka does not tell how far the queries are: {error.args[0].str()}", "Run ./lab status."
        ) from error
    gaps = [
        Gap(group, *place, reached, ends.get(place, 0))
        for group, offsets in committed.items()
        for place, reached in sorted(offsets.items())
        if reached < ends.get(place, 0)
    ]
    return Lag(gaps=gaps, names=groups, consumed=frozenset(topic for topic, _ in places))


def is_query(group: str) -> bool:
    """Whether a consumer group is a query's: a server has groups for its own ends too."""
    return group.startswith(GROUP_PREFIX) and "query_" in group


def _committed(admin: AdminClient, groups: Sequence[str], patience: float) -> dict[str, dict[_Place, int]]:
    """The offsets that each group has committed; 0 for what is assigned to it and not committed yet."""
    if not groups:
        return {}
    described = admin.describe_consumer_groups(list(groups), request_timeout=patience)
    answers = {
        group: admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=patience
        )[group]
        for group in groups
    }
    committed: dict[str, dict[_Place, int]] = {}
    for group in groups:
        offsets = committed[group] = {
            (assigned.topic, assigned.partition): 0
            for member in described[group].result().members
            if member.assignment
            for assigned in member.assignment.topic_partitions
        }
        for place in answers[group].result().topic_partitions:
            offsets[place.topic, place.partition] = max(place.offset, 0)
    return committed


def _ends(admin: AdminClient, places: Iterable[_Place], patience: float) -> dict[_Place, int]:
    asked = {
        TopicPartition(topic, partition): _OffsetSpec.latest()  # type: ignore[no-untyped-call]
        for topic, partition in places
    }
    if not asked:
        return {}
    answers = admin.list_offsets(
        asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=patience
    )
    ends = {}
    for place, future in answers.items():
        try:
            ends[place.topic, place.partition] = future.result().offset
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
    return ends


def _is_worked_off(client: Mapping[str, Any], gaps: Sequence[Gap]) -> bool:
    """Whether nothing but transactions' markers stands in the gaps: no group ever consumes those."""
    if not gaps:
        return True
    if any(gap.width > _FEW for gap in gaps):
        return False
    begins: dict[_Place, int] = {}
    for gap in gaps:
        place = gap.topic, gap.partition
        begins[place] = min(begins.get(place, gap.reached), gap.reached)
    settings: dict[str, Any] = {
        **client,
        "group.id": "lab-drain",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": EMPTY_ANSWER_MS,
        "auto.offset.reset": "earliest",
    }
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(*place, begin) for place, begin in begins.items()])
        unread = set(begins)
        while unread:
            message = consumer.poll(_ANSWER)
            if message is None:
                return False
            error = message.error()
            if error is None or error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                return False
            unread.discard((message.topic(), message.partition()))
    finally:
        consumer.close()
    return True


def _late(lag: Lag, wanted: frozenset[str], seconds: float) -> UnreachableError:
    if not lag.names:
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
    behind: Counter[tuple[str, str]] = Counter()
    for gap in lag.gaps:
        behind[gap.group, gap.topic] += gap.width
    if not behind:
        return UnreachableError(
            f"the pipeline has not come to rest in {seconds:.0f} s: something goes on writing",
            "Wait until nothing else is replayed or shipped, then try again.",
        )
    ((group, topic), left) = behind.most_common(1)[0]
    return UnreachableError(
        f"the pipeline has not drained in {seconds:.0f} s: {group} is {left} records behind on {topic}",
        "Wait longer with --deadline, or run ./lab status to see whether that query fails.",
    )
