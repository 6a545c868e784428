"""How fast records go from a topic into the index, and how soon one can be found.

    python -m benchmarks.sink

Kafka itself, Connect and Splunk on ports of their own, a folder that is removed afterwards, TLS and
acknowledgements as in the lab. Throughput is of a backlog; latency is from produce to the answer of a search
that finds the record, while 1,000 records a second go the same way.
"""

import contextlib
import json
import secrets
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import psutil
from confluent_kafka import Producer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from rich.console import Console
from rich.table import Table

from cli.environment.locations import ROOT
from embedded.kafka import broker
from embedded.kafka.settings import Settings as KafkaSettings
from infra.tls.certificates import make_authority, make_leaf

BACKLOG: Final = 100_000
RATE: Final = 1_000
PROBES: Final = 100
NAME: Final = "benchmark"
RECORD: Final = orjson.dumps(
    {
        "ts": 1700000000.123,
        "uid": "C" * 18,
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 50000,
        "id.resp_h": "192.0.2.1",
        "id.resp_p": 443,
        "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "PROCESS_NAME": "C:\\Windows\\explorer.exe",
        "pad": "x" * 280,
    }
)
"""A record as large as an enriched connection."""


@dataclass(frozen=True)
class Stack:
    """The running parts and how to call them."""

    bootstrap: str
    admin: httpx.Client
    connect: httpx.Client
    processes: dict[str, psutil.Process]

    def events(self) -> int:
        """How many events the index holds."""
        answer = self.admin.get(f"/services/data/indexes/{NAME}").raise_for_status()
        count: int = answer.json()["entry"][0]["content"]["totalEventCount"]
        return count

    def finds(self, mark: str) -> bool:
        """Whether a search finds the record with this mark."""
        form = {"search": f"search index={NAME} earliest=-5m mark={mark} | head 1", "exec_mode": "oneshot"}
        return bool(self.admin.post("/services/search/jobs", data=form).raise_for_status().json()["results"])


def wait(condition: Callable[[], bool], seconds: float, pause: float) -> None:
    """Wait until a condition holds.

    Raises:
        SystemExit: it does not within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("benchmark: waited too long; see the processes' messages above")
        time.sleep(pause)


@contextlib.contextmanager
def process(folder: Path, module: str, settings: dict[str, Any]) -> Iterator[psutil.Process]:
    """A stand-in as a child of this process."""
    config = folder / f"{module}.json"
    config.touch(0o600)
    config.write_text(json.dumps(settings, default=str))
    with subprocess.Popen([sys.executable, "-m", module, "--config", str(config)], cwd=ROOT) as child:
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()


def private(path: Path, text: str) -> Path:
    """Write a file that only its owner can read."""
    path.touch(0o600)
    path.write_text(text)
    return path


@contextlib.contextmanager
def stack() -> Iterator[Stack]:
    """Kafka, Splunk with an index and a token, and Connect with a connector."""
    authority = make_authority("benchmark", days=1)
    leaf = make_leaf(authority, "splunk", ["127.0.0.1"], days=1)
    password = secrets.token_urlsafe(16)
    ports = [broker.free_port() for _ in range(5)]
    with tempfile.TemporaryDirectory(prefix="lab-benchmark-") as name, contextlib.ExitStack() as exits:
        folder = Path(name)
        kafka = KafkaSettings(
            port=ports[0],
            controller_port=ports[1],
            data_dir=folder / "kafka",
            cluster_id=broker.new_cluster_id(),
        )
        exits.enter_context(broker.running(kafka))
        splunk_settings = {
            "management_port": ports[2],
            "hec_port": ports[3],
            "certificate": private(folder / "splunk.pem", leaf.certificate),
            "private_key": private(folder / "splunk.key", leaf.private_key),
            "data_dir": folder / "splunk",
            "admin_password_file": private(folder / "password", password),
        }
        splunk = exits.enter_context(process(folder, "embedded.splunk", splunk_settings))
        connect_settings = {"bootstrap": kafka.bootstrap, "port": ports[4]}
        connect = exits.enter_context(process(folder, "embedded.connect", connect_settings))
        context = ssl.create_default_context(cadata=authority.certificate)
        admin = httpx.Client(
            base_url=f"https://127.0.0.1:{ports[2]}",
            verify=context,
            auth=("admin", password),
            params={"output_mode": "json"},
            timeout=60,
        )
        rest = httpx.Client(base_url=f"http://127.0.0.1:{ports[4]}", timeout=60)
        made = Stack(kafka.bootstrap, admin, rest, {"splunk": splunk, "connect": connect})
        wait(lambda: answers(admin, "/services/server/info") and answers(rest, "/"), 30, 0.05)
        trust_store = folder / "trust.p12"
        entry = pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(authority.certificate.encode()), None)
        encryption = BestAvailableEncryption(password.encode())
        trust_store.write_bytes(pkcs12.serialize_java_truststore([entry], encryption))
        connected(made, f"https://127.0.0.1:{ports[3]}", trust_store, password)
        yield made


def answers(client: httpx.Client, path: str) -> bool:
    """Whether a server answers yet."""
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False


def connected(made: Stack, hec_url: str, trust_store: Path, password: str) -> None:
    """Make the index, the token and the connector."""
    made.admin.post("/services/data/indexes", data={"name": NAME}).raise_for_status()
    form = {"name": NAME, "index": NAME, "useACK": "1"}
    token = made.admin.post("/services/data/inputs/http", data=form).raise_for_status().json()
    config = {
        "connector.class": "com.splunk.kafka.connect.SplunkSinkConnector",
        "topics": NAME,
        "splunk.indexes": NAME,
        "splunk.hec.uri": hec_url,
        "splunk.hec.token": token["entry"][0]["content"]["token"],
        "splunk.hec.ack.enabled": "true",
        "splunk.hec.ack.poll.interval": "1",
        "splunk.hec.ssl.trust.store.path": str(trust_store),
        "splunk.hec.ssl.trust.store.type": "PKCS12",
        "splunk.hec.ssl.trust.store.password": password,
    }
    made.connect.put(f"/connectors/{NAME}/config", json=config).raise_for_status()


def throughput(made: Stack, table: Table) -> None:
    """Time a backlog, and what it costs each process."""
    before = made.events()
    used = {name: one.cpu_times() for name, one in made.processes.items()}
    producer = Producer({"bootstrap.servers": made.bootstrap, "linger.ms": 5})
    began = time.monotonic()
    for number in range(BACKLOG):
        producer.produce(NAME, RECORD)
        if number % 1000 == 0:
            producer.poll(0)
    producer.flush()
    wait(lambda: made.events() >= before + BACKLOG, 120, 0.05)
    seconds = time.monotonic() - began
    table.add_row("topic to index, backlog", f"{BACKLOG / seconds:,.0f} events/s")
    for name, one in made.processes.items():
        spent = one.cpu_times()
        cores = (spent.user + spent.system - used[name].user - used[name].system) / seconds
        table.add_row(f"{name} meanwhile", f"{cores:.2f} cores, {one.memory_info().rss / 1e6:.0f} MB")


def latency(made: Stack, table: Table) -> None:
    """Time single records among a steady stream."""
    done = threading.Event()

    def stream() -> None:
        producer = Producer({"bootstrap.servers": made.bootstrap, "linger.ms": 0})
        while not done.wait(0.01):
            for _ in range(RATE // 100):
                producer.produce(NAME, RECORD)
            producer.poll(0)
        producer.flush()

    thread = threading.Thread(target=stream)
    thread.start()
    producer = Producer({"bootstrap.servers": made.bootstrap, "linger.ms": 0})
    times: list[float] = []
    for _ in range(PROBES):
        mark = secrets.token_hex(16)
        began = time.perf_counter()
        producer.produce(NAME, orjson.dumps({"mark": mark}))
        producer.flush()
        wait(partial(made.finds, mark), 30, 0.001)
        times.append((time.perf_counter() - began) * 1000)
    done.set()
    thread.join()
    hundredths = statistics.quantiles(times, n=100)
    table.add_row(
        f"produce to found, at {RATE:,}/s", f"p50 {hundredths[49]:.0f} ms, p99 {hundredths[98]:.0f} ms"
    )


def main() -> None:
    """Measure and print."""
    table = Table("what", "measured")
    with stack() as made:
        for name, one in made.processes.items():
            table.add_row(f"{name} idle", f"{one.memory_info().rss / 1e6:.0f} MB")
        latency(made, table)
        throughput(made, table)
    Console().print(table)


if __name__ == "__main__":
    main()
