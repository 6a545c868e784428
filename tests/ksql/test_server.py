"""The same specification, against a ksqlDB server on Kafka: the real one where LAB_KSQLDB_URL names it, ours otherwise.

Of a server that LAB_KSQLDB_URL names, LAB_KAFKA_BOOTSTRAP is its Kafka; both have to be there for this test alone. The
statements are applied as `pulumi up` applies them, and dropped again.
"""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer
from hypothesis import HealthCheck, Phase, given, seed, settings

from embedded.kafka.settings import Settings as Kafka
from embedded.ksql.record import Record
from infra import topics
from infra.observation.drain import await_drained
from infra.observation.topic import Reader
from infra.pipeline.detections import statements as detections
from infra.pipeline.ksql.application import Journal, drop, make
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.statements import read_folder
from tests.embedded.ksql.instance_process import InstanceProcess
from tests.kafka_broker import running_kafka
from tests.ksql.cases.all import CASES
from tests.ksql.fusion import ARRIVAL, FOLDER, RULES
from tests.ksql.history import records, told
from tests.ksql.outcome import known
from tests.ksql.reference import DAY_MS, attribute
from tests.ksql.seen import Created, Listed, Seen
from tests.ksql.strategies import happenings

MADE_UP = 25
DEADLINE = 300.0
# on a server that stays, the topics of one count would be in the way of the other
PARTITIONS = (1,) if "LAB_KSQLDB_URL" in os.environ else (1, 3)
SINKS = (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS)


@pytest.fixture
def kafka() -> Iterator[Kafka]:
    """A broker of each test's own: it looks at every query's group, and topics keep their partitions."""
    with running_kafka() as running:
        yield running


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[KsqlClient, str]]:
    """A ksqlDB server and its Kafka's address."""
    url = os.environ.get("LAB_KSQLDB_URL")
    if url:
        yield KsqlClient(url), os.environ["LAB_KAFKA_BOOTSTRAP"]
        return
    kafka: Kafka = request.getfixturevalue("kafka")
    instance = InstanceProcess(kafka.bootstrap, f"spec{uuid.uuid4().hex[:8]}_", tmp_path / "ksql")
    instance.start()
    yield KsqlClient(instance.url), kafka.bootstrap
    instance.stop()


@contextmanager
def in_force(client: KsqlClient, journal: Path, partitions: int) -> Iterator[None]:
    """The statements of ksql/ and of the rules, and afterwards nothing of them."""
    variables = {"partitions": str(partitions)}
    made = make(client, read_folder(FOLDER, variables, detections.write(RULES)), Journal(journal))
    try:
        yield
    finally:
        drop(client, reversed(made), delete_topics=False)


def history(days: int) -> list[Seen]:
    """The cases that happen within the grace, and what Hypothesis makes up."""
    made_up: list[Sequence[Seen]] = []

    @seed(20251009)
    @settings(
        max_examples=MADE_UP, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    @given(happenings())
    def gather(seen: list[Seen]) -> None:
        made_up.append(seen)

    gather()
    return told([*(case.seen for case in CASES if not case.lasts_days), *made_up], days)


def produce(bootstrap: str, arriving: Iterator[Record]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for one in arriving:
        producer.produce(one.topic, key=one.key, value=one.value, timestamp=one.timestamp)
    assert producer.flush(DEADLINE) == 0


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_a_server_concludes_what_the_reference_says(
    server: tuple[KsqlClient, str], tmp_path: Path, partitions: int
) -> None:
    client, bootstrap = server
    days = (int(time.time() * 1000) - ARRIVAL) // DAY_MS
    seen = history(days)
    context = [item for item in seen if isinstance(item, Created | Listed)]
    flows = [item for item in seen if not isinstance(item, Created | Listed)]
    with in_force(client, tmp_path / "journal", partitions):
        reader = Reader(bootstrap)
        before = reader.ends(SINKS)
        for part in (context, flows):
            produce(bootstrap, records(part, days))
            await_drained(bootstrap, [topics.ZEEK_CONN, topics.SYSMON_PROCESS], DEADLINE)
        read = [Record(entry.topic, entry.key, entry.value, 0) for entry in reader.since(SINKS, before)]
        reader.close()
    assert known(read) == attribute(seen)
