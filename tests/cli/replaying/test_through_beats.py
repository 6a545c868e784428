"""A replay through a Beats input is over when all of it is in Kafka, in the topics and with the keys it belongs to."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.replaying.run import BUNDLED, await_arrival, written
from embedded.kafka.settings import Settings
from embedded.shipper.producer import Writer
from embedded.shipper.recording import Recording, load
from embedded.shipper.shipping import Times, ship
from infra.errors import UnreachableError
from infra.logging_server.docker import logstash
from infra.logging_server.docker.container import REPOSITORY
from infra.logging_server.docker.versions import CURRENT
from infra.observation.topic import Reader
from infra.tls.certificates import make_authority
from tests.conf.logstash.model import Model
from tests.embedded.shipper.beats_input import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(make_authority("replay test", 2), tmp_path) as made:
        yield made


@pytest.fixture
def reader(kafka: Settings) -> Iterator[Reader]:
    made = Reader(kafka.bootstrap)
    yield made
    made.close()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load([BUNDLED])


def times(folder: Path) -> Times:
    return Times(keep=True, run_directory=folder, window=60, grace=3600)


def test_the_whole_recording_is_in_kafka_afterwards(
    kafka: Settings, server: Server, reader: Reader, recording: Recording, tmp_path: Path
) -> None:
    mounted = logstash.configuration(CURRENT.logstash)
    files = [REPOSITORY / each for path, each in sorted(mounted.items()) if path.endswith(".conf")]
    model, writer = Model(files, logstash.sysmon_event_names()), Writer(kafka.bootstrap)

    def forward(events: list[dict[str, Any]]) -> None:
        for event in events:
            for sent in model.send(event):
                writer.send(sent.topic, sent.key.encode(), sent.value.encode())

    server.forward = forward
    expected = Counter(record.topic for record in recording.records)
    before = written(reader, expected)
    ship(recording, kafka.bootstrap, times(tmp_path), beats=server.destination)
    writer.flush()
    await_arrival(reader, before + expected, 30)
    assert written(reader, expected) - before == expected


def test_a_logstash_that_writes_nothing_is_said(
    kafka: Settings, server: Server, reader: Reader, recording: Recording, tmp_path: Path
) -> None:
    expected = Counter(record.topic for record in recording.records)
    before = written(reader, expected)
    ship(recording, kafka.bootstrap, times(tmp_path), beats=server.destination)
    with pytest.raises(UnreachableError, match=f"has not written {expected.total()} records of it"):
        await_arrival(reader, before + expected, 0.1)
