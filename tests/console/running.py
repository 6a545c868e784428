"""Consoles of the tests' own, in processes of their own, on a real broker."""

import base64
import hashlib
import json
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from console.conclusions import TABLES
from console.settings import Settings
from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings as KafkaSettings
from infra import topics
from infra.tls.certificates import make_authority, make_leaf
from tests.console.records import Made

READ = (topics.ZEEK_CONN, topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS, topics.DEAD_LETTERS)
"""What every test's console reads; the tables of what the queries count are there where a test makes them."""
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Trust:
    """A server's certificate, its key, and what clients verify it by."""

    certificate: Path
    private_key: Path
    authority: str
    public_key_hash: str
    """SHA-256 of the key in base64, as Chromium's --ignore-certificate-errors-spki-list takes it."""


@dataclass(frozen=True)
class Running:
    """A console that serves."""

    url: str
    bootstrap: str
    trust: Trust
    process: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        verify = ssl.create_default_context(cadata=self.trust.authority)
        return httpx.Client(base_url=self.url, verify=verify)

    def write(self, records: Iterable[Made]) -> None:
        """Write records into Kafka; they are there when this returns."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5})
        for made in records:
            producer.produce(made.topic, key=made.key, value=made.value)
            producer.poll(0)
        assert producer.flush(PATIENCE_SECONDS) == 0


def eventually(holds: Callable[[], Any], what: str) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.05)


def make_trust(folder: Path) -> Trust:
    """A certificate of a CA of its own, for the loopback address."""
    authority = make_authority("console test CA", 2)
    leaf = make_leaf(authority, "console", ["127.0.0.1", "localhost"], 1)
    certificate, private_key = folder / "console.pem", folder / "console.key"
    certificate.write_text(leaf.certificate)
    private_key.write_text(leaf.private_key)
    public = x509.load_pem_x509_certificate(leaf.certificate.encode()).public_key()
    digest = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return Trust(certificate, private_key, authority.certificate, base64.b64encode(digest).decode())


@contextmanager
def running_kafka() -> Iterator[str]:
    """The address of a broker that runs while the block does."""
    class_cache.train()
    with tempfile.TemporaryDirectory(prefix="lab-kafka-") as folder:
        settings = KafkaSettings(
            port=broker.free_port(),
            controller_port=broker.free_port(),
            data_dir=Path(folder) / "data",
            cluster_id=broker.new_cluster_id(),
        )
        with broker.running(settings):
            yield settings.bootstrap


def remove_topics(bootstrap: str) -> None:
    """Leave none of the topics that the console reads."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    all_read = {*READ, *TABLES}
    there = [name for name in admin.list_topics(timeout=10).topics if name in all_read]
    for removed in admin.delete_topics(there).values() if there else ():
        removed.result()
    eventually(
        lambda: not all_read & set(admin.list_topics(timeout=10).topics), "the topics of the last test go"
    )


def make_topics(bootstrap: str, names: Iterable[str] = READ) -> None:
    """Make topics, empty."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = [NewTopic(name, num_partitions=1, replication_factor=1) for name in names]
    for made in admin.create_topics(wanted).values():
        made.result()


@contextmanager
def running_console(bootstrap: str, trust: Trust, folder: Path, **differing: Any) -> Iterator[Running]:
    """A console in a process of its own while the block runs; it has to end well afterwards."""
    port = broker.free_port()
    settings = Settings(
        bootstrap=bootstrap,
        port=port,
        certificate=trust.certificate,
        private_key=trust.private_key,
        **differing,
    )
    file = folder / "console.json"
    file.write_text(json.dumps(settings.model_dump(mode="json")))
    command = [sys.executable, "-m", "console", "--config", str(file)]
    with (folder / "console.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    running = Running(f"https://127.0.0.1:{port}", bootstrap, trust, process)
    try:
        with running.client() as client:
            eventually(lambda: _serves(client, process), "the console serves")
        yield running
    finally:
        process.terminate()
        assert process.wait(10) == 0, (folder / "console.log").read_text()


def _serves(client: httpx.Client, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the console ended"
    try:
        return client.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
