"""Kafka, seen from a client: topics, how far they have been written, and how far each group is behind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import OffsetSpec as _OffsetSpec  # type: ignore[attr-defined]  # not in its __all__

from infra.errors import UnreachableError
from infra.observation import drain
from infra.observation.survey.seen import Topic

_ANSWER: Final = 10.0
_MARKERS: Final = 3
"""So few offsets behind may be transactions' markers alone, which no group ever consumes."""


def client(bootstrap: str, security: Mapping[str, str]) -> AdminClient:
    """A client of the broker, which says nothing on its own."""
    settings: dict[str, str | int | float | bool] = {
        **security,
        "bootstrap.servers": bootstrap,
        "log_level": 0,
    }
    return AdminClient(settings)


def topics(admin: AdminClient, wanted: Iterable[str]) -> dict[str, Topic]:
    """The wanted topics as they stand.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    try:
        known = admin.list_topics(timeout=_ANSWER).topics
        places = [
            TopicPartition(topic, partition)
            for topic in wanted
            if topic in known
            for partition in known[topic].partitions
        ]
        ends = _offsets(admin, places, _OffsetSpec.latest())  # type: ignore[no-untyped-call]
        newest = _offsets(admin, places, _OffsetSpec.max_timestamp())  # type: ignore[no-untyped-call]
    except KafkaException as error:
        raise UnreachableError(
            f"Kafka does not tell of its topics: {error}", "Read the broker's log."
        ) from error
    written: Counter[str] = Counter()
    latest: dict[str, float] = {}
    for (topic, _), (offset, _time) in ends.items():
        written[topic] += max(offset, 0)
    for (topic, _), (_offset, time_ms) in newest.items():
        if time_ms > 0:
            latest[topic] = max(latest.get(topic, 0.0), time_ms / 1000)
    return {
        name: Topic(name=name, exists=name in known, written=written[name], latest=latest.get(name))
        for name in wanted
    }


def _offsets(
    admin: AdminClient, places: Iterable[TopicPartition], which: object
) -> dict[tuple[str, int], tuple[int, int]]:
    asked = dict.fromkeys(places, which)
    if not asked:
        return {}
    answers = admin.list_offsets(
        asked,  # type: ignore[arg-type]  # the class of what stands for a place is not in its __all__
        isolation_level=IsolationLevel.READ_COMMITTED,
        request_timeout=_ANSWER,
    )
    found = {}
    for place, future in answers.items():
        told = future.result()
        found[place.topic, place.partition] = (told.offset, told.timestamp)
    return found


def query_lags(admin: AdminClient) -> dict[str, int]:
    """How many records each query's group has not worked off; a query without a group has not begun.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    measured = drain.measure(admin)
    behind = Counter(dict.fromkeys(measured.names, 0))
    for gap in measured.gaps:
        if gap.width > _MARKERS:
            behind[gap.group] += gap.width
    return {group.rpartition("query_")[2]: lag for group, lag in behind.items()}


def group_lag(admin: AdminClient, group: str, carried: Iterable[str]) -> int | None:
    """How far a group is behind on the topics that it carries; None where it has committed nothing.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    try:
        asked = admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)], request_timeout=_ANSWER
        )
        committed = {
            (place.topic, place.partition): place.offset for place in asked[group].result().topic_partitions
        }
        if not committed:
            return None
        known = admin.list_topics(timeout=_ANSWER).topics
        places = [
            TopicPartition(topic, partition)
            for topic in carried
            if topic in known
            for partition in known[topic].partitions
        ]
        ends = _offsets(admin, places, _OffsetSpec.latest())  # type: ignore[no-untyped-call]
    except KafkaException as error:
        raise UnreachableError(
            f"Kafka does not tell how far {group} is: {error}", "Read the broker's log."
        ) from error
    gaps = [end - max(committed.get(place, 0), 0) for place, (end, _) in ends.items()]
    return int(sum(gap for gap in gaps if gap > _MARKERS))
