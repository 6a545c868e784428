"""The lab's statements on a real Kafka, exactly once: how soon they start, events a second, latency.

    python -m benchmarks.fusion [--flows 50000] [--rate 1000] [--seconds 15]

One event is a Zeek connection or the Sysmon event of its socket. Throughput is of a backlog: from the first
record to the moment when all that reads the two topics has committed their ends. Latency is from the moment
when the later of the two events is produced to the moment when a consumer has the committed enriched event.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from rich.console import Console
from rich.table import Table

from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings as Kafka
from embedded.ksql.settings import Settings
from infra import topics
from infra.observation import drain
from infra.pipeline.detections import statements as detections
from infra.pipeline.ksql.statements import read_folder

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = (topics.ZEEK_CONN, topics.SYSMON_NETWORK)
DEADLINE: Final = 600.0
IDLE: Final = 5.0
"""Seconds over which the CPU time of an instance without work is taken."""


def flow(uid: int, at: float) -> bytes:
    """A connection as Zeek writes it."""
    return json.dumps(
        {
            "ts": at,
            "uid": f"C{uid}",
            "id.orig_h": "10.0.0.5",
            "id.orig_p": 1024 + uid % 60_000,
            "id.resp_h": f"203.0.{uid % 200}.{uid % 250}",
            "id.resp_p": 443,
            "proto": "tcp",
            "service": "ssl",
            "duration": 1.5,
            "orig_bytes": 1200,
            "resp_bytes": 5400,
            "conn_state": "SF",
            "history": "ShADadFf",
            "orig_pkts": 12,
            "orig_ip_bytes": 1800,
            "resp_pkts": 14,
            "resp_ip_bytes": 6200,
            "community_id": f"1:{uid:024d}=",
        }
    ).encode()


def socket(uid: int, at: float) -> bytes:
    """Sysmon's event 3 as Winlogbeat ships it."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}"
    return json.dumps(
        {
            "network": {"community_id": f"1:{uid:024d}="},
            "winlog": {
                "computer_name": "client.lab",
                "event_data": {
                    "UtcTime": moment,
                    "ProcessGuid": f"{{{uid % 500}}}",
                    "ProcessId": str(1000 + uid % 500),
                    "Image": "C:\\Windows\\explorer.exe",
                    "User": "LAB\\user",
                    "Protocol": "tcp",
                    "Initiated": "true",
                    "SourceIp": "10.0.0.5",
                    "SourcePort": str(1024 + uid % 60_000),
                    "DestinationIp": f"203.0.{uid % 200}.{uid % 250}",
                    "DestinationPort": "443",
                },
            },
        }
    ).encode()


@dataclass
class Bench:
    """A broker and an instance with the lab's statements."""

    bootstrap: str
    client: httpx.Client
    command: list[str]
    log: Path
    figures: dict[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> psutil.Process:
        """The instance that runs."""
        if self.child is None:
            raise SystemExit("no instance runs")
        return psutil.Process(self.child.pid)

    def start(self) -> float:
        """Start the instance; seconds until it answers."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(self.command, stderr=log, cwd=ROOT)
        _await_ready(self.client)
        return time.monotonic() - begun

    def stop(self) -> None:
        """Stop the instance, if one runs."""
        if self.child is not None:
            self.child.terminate()
            self.child.wait(30)
            self.child = None

    def ksql(self, sql: str) -> list[dict[str, Any]]:
        """The answers to statements."""
        response = self.client.post("/ksql", json={"ksql": sql})
        if not response.is_success:
            raise SystemExit(response.text)
        return list(response.json())

    def producer(self) -> Producer:
        """A producer that keeps up with the backlog."""
        return Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5, "compression.type": "lz4"})

    def lag(self) -> int:
        """How many records of source topics are not processed and committed."""
        gaps = drain.measure(AdminClient({"bootstrap.servers": self.bootstrap})).gaps
        return sum(gap.width for gap in gaps if gap.topic in SOURCES)


@contextmanager
def bench() -> Iterator[Bench]:
    """A broker, an instance, the statements: all stopped and removed afterwards."""
    class_cache.train()
    with tempfile.TemporaryDirectory(prefix="lab-fusion-") as name:
        folder = Path(name)
        kafka = Kafka(
            port=broker.free_port(),
            controller_port=broker.free_port(),
            data_dir=folder / "kafka",
            cluster_id=broker.new_cluster_id(),
        )
        settings = Settings(bootstrap=kafka.bootstrap, port=broker.free_port(), state_dir=folder / "ksql")
        config = folder / "ksql.json"
        config.write_text(settings.model_dump_json())
        command = [sys.executable, "-m", "embedded.ksql", "--config", str(config)]
        client = httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60)
        with broker.running(kafka):
            made = Bench(kafka.bootstrap, client, command, folder / "log")
            try:
                made.figures["start on a new broker (s)"] = f"{made.start():.2f}"
                yield made
            finally:
                made.stop()
                sys.stderr.write(made.log.read_text()[-2000:])


def _await_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if client.get("/info").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise SystemExit("the instance did not start")


def apply(made: Bench) -> None:
    """Send the lab's statements one by one, as its client does, and start anew with them."""
    statements = read_folder(ROOT / "ksql", {}, detections.write(ROOT / "detections"))
    begun = time.monotonic()
    for statement in statements:
        made.ksql(statement.text)
    made.figures[f"{len(statements)} statements, one by one (s)"] = f"{time.monotonic() - begun:.2f}"
    made.stop()
    made.figures["start with them (s)"] = f"{made.start():.2f}"
    idle = made.process.cpu_times()
    time.sleep(IDLE)
    after = made.process.cpu_times()
    made.figures["idle: CPU (%)"] = (
        f"{(after.user + after.system - idle.user - idle.system) / IDLE * 100:.1f}"
    )
    made.figures["idle: resident (MB)"] = f"{made.process.memory_info().rss / 1e6:.0f}"


def throughput(made: Bench, flows: int) -> None:
    """Produce a backlog and wait until it is worked off."""
    producer = made.producer()
    now = time.time() - 60
    begun = time.monotonic()
    for uid in range(flows):
        at = now + uid / flows
        for topic, value in ((topics.ZEEK_CONN, flow(uid, at)), (topics.SYSMON_NETWORK, socket(uid, at))):
            while True:
                try:
                    producer.produce(topic, value, timestamp=int(at * 1000))
                    break
                except BufferError:
                    producer.poll(0.1)
    producer.flush()
    produced = time.monotonic() - begun
    while made.lag():
        if time.monotonic() - begun > DEADLINE:
            raise SystemExit("the backlog was not worked off in time")
        time.sleep(0.1)
    spent = time.monotonic() - begun
    cpu = made.process.cpu_times()
    made.figures["backlog: events"] = str(2 * flows)
    made.figures["backlog: produced in (s)"] = f"{produced:.1f}"
    made.figures["backlog: events a second"] = f"{2 * flows / spent:,.0f}"
    made.figures["backlog: CPU of the instance (s)"] = f"{cpu.user + cpu.system:.1f}"
    made.figures["after the backlog: resident (MB)"] = f"{made.process.memory_info().rss / 1e6:.0f}"


def latency(made: Bench, rate: int, seconds: int) -> None:
    """Produce at a steady rate, and note when each enriched event can be read."""
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    stop = threading.Event()
    consumer = Consumer(
        {
            "bootstrap.servers": made.bootstrap,
            "group.id": "benchmark",
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 20,
        }
    )
    end = consumer.get_watermark_offsets(TopicPartition(topics.ENRICHED, 0))[1]
    consumer.assign([TopicPartition(topics.ENRICHED, 0, end)])

    def watch() -> None:
        while not stop.is_set():
            message: Any = consumer.poll(0.1)
            if message is not None and not message.error() and message.value():
                seen.setdefault(json.loads(message.value())["uid"], time.time())

    watcher = threading.Thread(target=watch)
    watcher.start()
    producer = made.producer()
    begun = time.monotonic()
    uid = first = 10_000_000
    while time.monotonic() - begun < seconds:
        while (uid - first) * 2 < (time.monotonic() - begun) * rate:
            now = time.time()
            producer.produce(topics.SYSMON_NETWORK, socket(uid, now))
            producer.produce(topics.ZEEK_CONN, flow(uid, now))
            sent[f"C{uid}"] = now
            uid += 1
        producer.poll(0)
        time.sleep(0.001)
    producer.flush()
    deadline = time.monotonic() + 30
    while len(seen) < len(sent) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    watcher.join()
    consumer.close()
    taken = sorted((seen[u] - sent[u]) * 1000 for u in list(sent)[rate // 2 :] if u in seen)
    made.figures[f"at {rate:,} events/s: found"] = f"{len(seen)} of {len(sent)}"
    made.figures[f"at {rate:,} events/s: p50 (ms)"] = f"{statistics.median(taken):.0f}"
    made.figures[f"at {rate:,} events/s: p99 (ms)"] = f"{taken[len(taken) * 99 // 100]:.0f}"


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(prog="benchmarks.fusion")
    parser.add_argument("--flows", type=int, default=50_000)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=15)
    asked = parser.parse_args()
    with bench() as made:
        apply(made)
        latency(made, asked.rate, asked.seconds)
        throughput(made, asked.flows)
    table = Table("what", "figure", title="Fusion on Kafka, exactly once")
    for what, figure in made.figures.items():
        table.add_row(what, figure)
    Console().print(table)


if __name__ == "__main__":
    main()
