"""Two servers share the lab's statements, and one is killed: what is concluded stays exactly the same."""

import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

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
from tests.ksql.fusion import written
from tests.ksql.history import of_everything, parts, records
from tests.ksql.outcome import known
from tests.ksql.reference import attribute

PARTITIONS: Final = 3
MADE_UP: Final = 30
TIMES: Final = 3
RATE: Final = 300.0
STREAMS: Final = ("CONN", "ENDPOINT_SOCKET", "CONN_MATCH", "CONN_NEAR_MISS")
"""In these each record stands for itself, so one too many shows, and one too few."""
COUNTS: Final = ("COVERAGE_ATTRIBUTED", "COVERAGE_UNATTRIBUTED", "HOST_CLOCK", "HOST_CLOCK_NEAR_MISS")
"""Of these the last row of a key counts all that came: what came twice shows in it."""
NOTHING: Final = re.compile(rb'"(EVENTS|FLOWS)":0\b')
SOURCES: Final = (topics.ZEEK_CONN, topics.SYSMON_PROCESS)
SINKS: Final = (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS)


@pytest.fixture
def kafka() -> Iterator[Kafka]:
    """A broker of the test's own: it looks at every query's group."""
    with running_kafka() as running:
        yield running


@pytest.fixture
def servers(kafka: Kafka, tmp_path: Path) -> Iterator[list[InstanceProcess]]:
    """Two instances of one application, at work on half of it each."""
    service = f"pair{uuid.uuid4().hex[:8]}_"
    pair = [InstanceProcess(kafka.bootstrap, service, tmp_path / name) for name in ("first", "second")]
    try:
        for instance in pair:
            instance.start()
        deadline = time.monotonic() + DEADLINE
        while not all("at work on 4 of 8 shares" in instance.log for instance in pair):
            assert time.monotonic() < deadline, pair[1].log
            time.sleep(0.05)
        yield pair
    finally:
        for instance in pair:
            instance.close()


def told(record: Record) -> str:
    """A record without its time, which a table's row has of whatever came last."""
    value = json.loads(record.value or b"null")
    return json.dumps([record.topic, (record.key or b"").hex(), value], sort_keys=True)


def streamed(made: Iterable[Record]) -> Counter[str]:
    """The records of the streams, each as often as it is there."""
    return Counter(told(record) for record in made if record.topic in STREAMS)


def counted(made: Iterable[Record]) -> set[str]:
    """The last row of each key of the tables that count, of what is counted at all."""
    last = {(record.topic, record.key): record for record in made if record.topic in COUNTS}
    return {told(record) for record in last.values() if not NOTHING.search(record.value or b"")}


def test_nothing_is_lost_twice_or_different_when_one_of_two_servers_is_killed(
    servers: list[InstanceProcess], kafka: Kafka, tmp_path: Path
) -> None:
    chosen = random.randrange(1_000_000)  # noqa: S311  # a test's choice, not a secret
    print("seed", chosen)
    moments = random.Random(chosen)  # noqa: S311  # likewise
    killed, survivor = moments.sample(servers, 2)
    days = days_since()
    context, flows = parts(of_everything(days, MADE_UP, chosen, TIMES))
    arriving = [*records(context, days), *records(flows, days)]
    load = threading.Thread(
        target=produce, args=(kafka.bootstrap, iter(arriving[len(context) :])), kwargs={"rate": RATE}
    )
    with in_force(KsqlClient(survivor.url), tmp_path / "journal", PARTITIONS):
        produce(kafka.bootstrap, iter(arriving[: len(context)]))
        await_drained(kafka.bootstrap, SOURCES, DEADLINE)
        load.start()
        time.sleep(moments.uniform(0.2, len(flows) / RATE))
        killed.kill()
        load.join()
        await_drained(kafka.bootstrap, SOURCES, DEADLINE)
        reader = Reader(kafka.bootstrap)
        read = [
            Record(entry.topic, entry.key, entry.value, 0)
            for entry in reader.since([*SINKS, *STREAMS, *COUNTS])
        ]
        reader.close()
    assert known(read) == attribute([*context, *flows])
    undisturbed = written(arriving)
    assert streamed(read) == streamed(undisturbed)
    assert counted(read) == counted(undisturbed)
