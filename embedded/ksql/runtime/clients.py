"""The Kafka clients of an instance, and what each is configured for."""

from typing import Any, Final

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

TIMEOUT: Final = 30.0
"""Seconds after which a call to Kafka that should take milliseconds has failed."""

ANSWER: Final = 10.0
"""Seconds within which a broker has to say which topics there are."""

TRANSACTION_TIMEOUT_MS: Final = 30_000
PARTITIONER: Final = "murmur2_random"
"""The Java clients' partitioner; librdkafka's own default puts the same key elsewhere."""


def _base(bootstrap: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": bootstrap,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "log_level": 3,
    }


def admin(bootstrap: str) -> AdminClient:
    """A client for topics, offsets and groups."""
    return AdminClient(_base(bootstrap))


def reader(bootstrap: str, *, fetch_wait_ms: int = 100) -> Consumer:
    """A consumer of committed records that is told where to read and commits nothing.

    It reports the end of each partition, so that its owner knows when it has caught up.
    """
    return Consumer(
        _base(bootstrap)
        | {
            "group.id": "unused",  # librdkafka wants one, even from a consumer that joins none
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": fetch_wait_ms,
            "fetch.error.backoff.ms": 20,
            "queued.min.messages": 20_000,
            "queued.max.messages.kbytes": 32 * 1024,
        }
    )


def member(bootstrap: str, group: str, instance: str) -> Consumer:
    """A consumer that joins `group` as the static member `instance`, to learn which partitions are its own.

    A restarted instance keeps its place at once; a dead one loses it after the session timeout.
    """
    return Consumer(
        _base(bootstrap)
        | {
            "group.id": group,
            "group.instance.id": instance,
            "enable.auto.commit": False,
            "partition.assignment.strategy": "roundrobin",
            "session.timeout.ms": 6000,  # the least that a broker allows by default
            "heartbeat.interval.ms": 1000,
            "auto.offset.reset": "latest",
        }
    )


def transactional(bootstrap: str, transactional_id: str) -> Producer:
    """A producer whose records appear all together or not at all."""
    return Producer(
        _base(bootstrap)
        | {
            "transactional.id": transactional_id,
            "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
            "partitioner": PARTITIONER,
            "linger.ms": 20,
            "batch.num.messages": 10_000,
            "queue.buffering.max.messages": 1_000_000,
            "queue.buffering.max.kbytes": 256 * 1024,
            "compression.type": "lz4",
        }
    )


def plain(bootstrap: str) -> Producer:
    """A producer for single records, each acknowledged before it counts."""
    return Producer(
        _base(bootstrap) | {"enable.idempotence": True, "partitioner": PARTITIONER, "linger.ms": 0}
    )
