"""The same specification, against a ksqlDB server on Kafka: the real one where LAB_KSQLDB_URL names it, ours otherwise.

Of a server that LAB_KSQLDB_URL names, LAB_KAFKA_BOOTSTRAP is its Kafka; both have to be there for this test alone. The
statements are applied as `pulumi up` applies them, and dropped again.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.kafka.settings import Settings as Kafka
from embedded.ksql.record import Record
from infra import topics
from infra.observation.drain import await_drained
from infra.observation.topic import Reader
from infra.pipeline.ksql.client import KsqlClient
from tests.embedded.ksql.instance_process import InstanceProcess
from tests.kafka_broker import running_kafka
from tests.ksql.applied import DEADLINE, days_since, in_force, produce
from tests.ksql.history import of_everything, parts, records
from tests.ksql.outcome import known
from tests.ksql.reference import attribute

MADE_UP = 25
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
    try:
        instance.start()
        yield KsqlClient(instance.url), kafka.bootstrap
    finally:
        instance.close()


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_a_server_concludes_what_the_reference_says(
    server: tuple[KsqlClient, str], tmp_path: Path, partitions: int
) -> None:
    client, bootstrap = server
    days = days_since()
    seen = of_everything(days, MADE_UP)
    with in_force(client, tmp_path / "journal", partitions):
        reader = Reader(bootstrap)
        before = reader.ends(SINKS)
        for part in parts(seen):
            produce(bootstrap, records(part, days))
            await_drained(bootstrap, [topics.ZEEK_CONN, topics.SYSMON_PROCESS], DEADLINE)
        read = [Record(entry.topic, entry.key, entry.value, 0) for entry in reader.since(SINKS, before)]
        reader.close()
    assert known(read) == attribute(seen)
