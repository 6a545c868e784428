"""The services that the pipeline's resources act on, each a process of its own with a port of its own."""

import base64
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from embedded.connect.settings import Settings as ConnectSettings
from embedded.kafka.broker import free_port
from embedded.kafka.settings import Settings as KafkaSettings
from embedded.ksql.settings import Settings as KsqlSettings
from embedded.splunk.settings import Settings as SplunkSettings
from infra.logging_server.embedded.health import HttpAnswers
from infra.private_file import write_private
from infra.tls.certificates import KeyPair, make_authority, make_leaf
from infra.tls.trust_store import java_trust_store

REPOSITORY = Path(__file__).resolve().parents[3]
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Splunk:
    """A running Splunk stand-in: what a client of its management API gives, and its HEC."""

    access: dict[str, Any]
    hec_url: str
    trust_store: Path


@contextmanager
def running(package: str, settings: BaseModel, health: HttpAnswers, folder: Path) -> Iterator[None]:
    """Run a stand-in until the block is left."""
    config = folder / "settings.json"
    write_private(config, settings.model_dump_json())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", package, "--config", str(config)], cwd=REPOSITORY, stderr=log, stdout=log
        )
        try:
            deadline = time.monotonic() + DEADLINE_SECONDS
            while health.refusal():
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(DEADLINE_SECONDS)


@pytest.fixture(scope="session")
def authority() -> KeyPair:
    return make_authority("a lab", 30)


@pytest.fixture(scope="session")
def splunk(authority: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Splunk]:
    folder = tmp_path_factory.mktemp("splunk")
    leaf = make_leaf(authority, "splunk", ["127.0.0.1"], 30)
    write_private(folder / "splunk.pem", leaf.certificate)
    write_private(folder / "splunk.key", leaf.private_key)
    write_private(folder / "password", "a password")
    write_private(folder / "ca.p12", base64.b64decode(java_trust_store(authority.certificate)))
    settings = SplunkSettings(
        management_port=free_port(),
        hec_port=free_port(),
        certificate=folder / "splunk.pem",
        private_key=folder / "splunk.key",
        data_dir=folder / "data",
        admin_password_file=folder / "password",
    )
    hec_url = f"https://127.0.0.1:{settings.hec_port}"
    health = HttpAnswers(url=f"{hec_url}/services/collector/health", ca_certificate=authority.certificate)
    with running("embedded.splunk", settings, health, folder):
        yield Splunk(
            access={
                "url": f"https://127.0.0.1:{settings.management_port}",
                "user": "admin",
                "password": "a password",
                "ca_certificate": authority.certificate,
                "instance": "one",
            },
            hec_url=hec_url,
            trust_store=folder / "ca.p12",
        )


@pytest.fixture(scope="session")
def connect_url(kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = ConnectSettings(bootstrap=kafka.bootstrap, port=free_port())
    url = f"http://127.0.0.1:{settings.port}"
    folder = tmp_path_factory.mktemp("connect")
    with running("embedded.connect", settings, HttpAnswers(url=f"{url}/connectors"), folder):
        yield url


@pytest.fixture(scope="session")
def ksqldb_url(kafka: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("ksql")
    settings = KsqlSettings(bootstrap=kafka.bootstrap, port=free_port(), state_dir=folder / "state")
    url = f"http://127.0.0.1:{settings.port}"
    with running("embedded.ksql", settings, HttpAnswers(url=f"{url}/info"), folder):
        yield url
