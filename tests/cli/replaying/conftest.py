"""A pipeline of its own: a broker that nobody else writes to, the KSQL process, and the statements of ksql/."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.environment.locations import ROOT
from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings as KafkaSettings
from embedded.ksql.settings import Settings as KsqlSettings
from infra.errors import UnreachableError
from infra.pipeline.detections import statements as detections
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.statements import read_folder
from infra.private_file import write_private

START_SECONDS = 60.0


@dataclass(frozen=True)
class Pipeline:
    """A pipeline that runs, and where its replays note what they hold."""

    bootstrap: str
    run_directory: Path


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("pipeline")
    class_cache.train()
    kafka = KafkaSettings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=folder / "kafka",
        cluster_id=broker.new_cluster_id(),
    )
    ksql = KsqlSettings(bootstrap=kafka.bootstrap, port=broker.free_port(), state_dir=folder / "ksql")
    config = folder / "ksql.json"
    write_private(config, ksql.model_dump_json())
    with broker.running(kafka), (folder / "ksql.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "embedded.ksql", "--config", str(config)], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            client = KsqlClient(f"http://127.0.0.1:{ksql.port}")
            await_healthy(client, folder / "ksql.log")
            for statement in read_folder(ROOT / "ksql", {}, detections.write(ROOT / "detections")):
                client.execute(statement.text, statement.properties)
            yield Pipeline(kafka.bootstrap, folder / "run")
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def await_healthy(client: KsqlClient, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if client.is_healthy():
                return
        except UnreachableError:
            assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
