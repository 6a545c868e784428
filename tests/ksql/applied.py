"""The statements in force on a server, and records sent to its Kafka."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from embedded.ksql.record import Record
from infra.pipeline.detections import statements as detections
from infra.pipeline.ksql.application import Journal, drop, make
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.statements import read_folder
from tests.ksql.fusion import ARRIVAL, FOLDER, RULES
from tests.ksql.reference import DAY_MS

DEADLINE: Final = 300.0


@contextmanager
def in_force(client: KsqlClient, journal: Path, partitions: int) -> Iterator[None]:
    """The statements of ksql/ and of the rules, and afterwards nothing of them."""
    variables = {"partitions": str(partitions)}
    made = make(client, read_folder(FOLDER, variables, detections.write(RULES)), Journal(journal))
    try:
        yield
    finally:
        drop(client, reversed(made), delete_topics=False)


def produce(bootstrap: str, arriving: Iterator[Record], rate: float | None = None) -> None:
    """Send records, so many a second; by default as fast as Kafka takes them."""
    producer = Producer({"bootstrap.servers": bootstrap})
    began = time.monotonic()
    for number, one in enumerate(arriving):
        if rate:
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        producer.produce(one.topic, key=one.key, value=one.value, timestamp=one.timestamp)
        producer.poll(0)
    assert producer.flush(DEADLINE) == 0


def days_since() -> int:
    """How many days ago the happenings of the cases were: Kafka refuses records of the future, and deletes old ones."""
    return (int(time.time() * 1000) - ARRIVAL) // DAY_MS
