"""The last records of topics: which hosts send, and what could not be read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from confluent_kafka import Consumer, KafkaError, TopicPartition

from infra import topics
from infra.observation.probe import HOST, UID_PREFIX
from infra.observation.survey import event_time
from infra.observation.survey.seen import DeadLetters, Source
from infra.observation.topic import EMPTY_ANSWER_MS

SOURCE_RECORDS: Final = 5_000
"""So many of the last records of each source are looked at."""
DEAD_RECORDS: Final = 1_000
_ANSWER: Final = 10.0
_SHOWN: Final = 300
"""Characters of a dead letter's record that are kept to be shown."""


def sources(
    bootstrap: str, security: Mapping[str, str], names: Iterable[str], grace: float | None
) -> list[Source]:
    """When each host last sent into each topic, as far as the last records tell; without the lab's probe.

    Late is what came more than `grace` seconds after it happened; None does not look.
    """
    latest: dict[tuple[str, str], float] = {}
    late: Counter[tuple[str, str]] = Counter()
    for message in _tail(bootstrap, security, names, SOURCE_RECORDS):
        host = (message.key() or b"").decode(errors="backslashreplace")
        if host and host != HOST:
            at = message.timestamp()[1] / 1000
            place = (message.topic(), host)
            latest[place] = max(latest.get(place, 0.0), at)
            if grace is not None:
                happened = event_time.happened(message.topic(), _object(message.value()))
                late[place] += happened is not None and happened < at - grace
    return [
        Source(name=host, topic=topic, latest=at, late=late[topic, host])
        for (topic, host), at in sorted(latest.items())
    ]


def dead_letters(bootstrap: str, security: Mapping[str, str]) -> list[DeadLetters]:
    """The latest dead letters, counted by topic and reason, the newest first."""
    found: dict[tuple[str, str], DeadLetters] = {}
    for message in _tail(bootstrap, security, [topics.DEAD_LETTERS], DEAD_RECORDS):
        letter = _object(message.value())
        topic = str(letter.get("topic") or letter.get("source") or "unknown")
        reason = str(letter.get("reason") or "no reason is told")
        record = _text(letter.get("record"))
        if UID_PREFIX in record:
            continue
        before = found.get((topic, reason))
        found[topic, reason] = DeadLetters(
            topic=topic,
            reason=reason,
            count=1 + (before.count if before else 0),
            latest=max(message.timestamp()[1] / 1000, before.latest if before else 0.0),
            record=record[:_SHOWN],
        )
    return sorted(found.values(), key=lambda letters: -letters.latest)


def table(bootstrap: str, security: Mapping[str, str], topic: str) -> dict[bytes, Any]:
    """The rows of a table that a query keeps in a topic, by their keys.

    Such a topic is small or compacted, so all of it is read.
    """
    rows: dict[bytes, Any] = {}
    for message in _tail(bootstrap, security, [topic], None):
        key = message.key() or b""
        if message.value() is None:
            rows.pop(key, None)
        else:
            rows[key] = _object(message.value())
    return rows


def _tail(
    bootstrap: str, security: Mapping[str, str], names: Iterable[str], count: int | None
) -> Iterator[Any]:
    settings: dict[str, Any] = {
        **security,
        "bootstrap.servers": bootstrap,
        "group.id": "lab-survey",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": EMPTY_ANSWER_MS,
        "auto.offset.reset": "earliest",
        "log_level": 0,
    }
    consumer = Consumer(settings)
    try:
        places, ends = [], {}
        for name in names:
            known = consumer.list_topics(name, timeout=_ANSWER).topics[name]
            for partition in known.partitions if known.error is None else ():
                place = TopicPartition(name, partition)
                first, end = consumer.get_watermark_offsets(place, timeout=_ANSWER)
                if end > first:
                    place.offset = first if count is None else max(first, end - count)
                    places.append(place)
                    ends[name, partition] = end
        unread = set(ends)
        if places:
            consumer.assign(places)
        while unread:
            message: Any = consumer.poll(_ANSWER)
            if message is None:
                return
            error, read = message.error(), (message.topic(), message.partition())
            if error is None:
                yield message
                # one that is written to all the time never comes to an end of its own
                if message.offset() >= ends[read] - 1:
                    unread.discard(read)
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                unread.discard(read)
            else:
                return
    finally:
        consumer.close()


def _object(value: bytes | None) -> dict[str, Any]:
    try:
        told = orjson.loads(value or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(record: Any) -> str:
    """The record in a dead letter, which the query engine keeps apart as key and value."""
    value = record.get("value") if isinstance(record, dict) else record
    inner = value.get("text") or value.get("base64") if isinstance(value, dict) else value
    return str(inner or "")
