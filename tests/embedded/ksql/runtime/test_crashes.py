"""`kill -9` at random moments under load: afterwards the sinks hold what they would have held without it."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Self

from embedded.kafka import broker
from embedded.kafka.settings import Settings as Kafka
from tests.embedded.ksql.conftest import Found, Topics
from tests.embedded.ksql.instance_process import InstanceProcess

HOSTS = 20
START = int(time.time() * 1000)
"""Recent, because Kafka compacts and deletes by the times of records."""


def statements(topics: Topics, partitions: int) -> str:
    return f"""
        CREATE STREAM flow_raw (uid BIGINT, host VARCHAR) WITH (
          KAFKA_TOPIC='{topics.named("flow")}', VALUE_FORMAT='JSON', PARTITIONS={partitions});
        CREATE STREAM socket_raw (uid BIGINT, pid BIGINT) WITH (
          KAFKA_TOPIC='{topics.named("socket")}', VALUE_FORMAT='JSON', PARTITIONS={partitions});
        CREATE STREAM flow WITH (KAFKA_TOPIC='{topics.named("flow-keyed")}') AS
          SELECT * FROM flow_raw PARTITION BY uid EMIT CHANGES;
        CREATE STREAM socket WITH (KAFKA_TOPIC='{topics.named("socket-keyed")}') AS
          SELECT * FROM socket_raw PARTITION BY uid EMIT CHANGES;
        CREATE STREAM joined WITH (KAFKA_TOPIC='{topics.named("joined")}') AS
          SELECT f.uid AS uid, f.host AS host, s.pid AS pid FROM flow f JOIN socket s
          WITHIN 1 HOURS GRACE PERIOD 24 HOURS ON f.uid = s.uid EMIT CHANGES;
        CREATE TABLE flows WITH (KAFKA_TOPIC='{topics.named("flows")}') AS
          SELECT host, COUNT(*) AS n, SUM(uid) AS total FROM flow_raw GROUP BY host EMIT CHANGES;
    """


class Load:
    """Flows, and a socket for every second one, at a steady rate until it is stopped."""

    def __init__(self, topics: Topics, rate: int, seed: int) -> None:
        self.flows: list[tuple[int, str]] = []
        self.sockets: list[tuple[int, int]] = []
        self._topics = topics
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311  # a test's choice, not a secret
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._topics.flush()

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._stop.wait(0.005):
            while len(self.flows) < (time.monotonic() - begun) * self._rate:
                self._one(len(self.flows))

    def _one(self, uid: int) -> None:
        host = f"host{self._random.randrange(HOSTS)}"
        self._topics.send("flow", {"uid": uid, "host": host}, key=host, timestamp=START + uid)
        self.flows.append((uid, host))
        if uid % 2 == 0:
            seen = uid - self._random.randrange(0, min(uid, 200) + 1, 2)
            pid = self._random.randrange(10_000)
            self._topics.send("socket", {"uid": seen, "pid": pid}, timestamp=START + uid)
            self.sockets.append((seen, pid))

    def joined(self) -> Counter[tuple[int, str, int]]:
        hosts = dict(self.flows)
        return Counter((uid, hosts[uid], pid) for uid, pid in self.sockets)

    def totals(self) -> dict[bytes, list[tuple[int, int]]]:
        """The revisions of every host's row, in order."""
        rows: dict[bytes, list[tuple[int, int]]] = {}
        for uid, host in self.flows:
            before = rows.setdefault(host.encode(), [])
            n, total = before[-1] if before else (0, 0)
            before.append((n + 1, total + uid))
        return rows


def revisions(found: list[Found]) -> dict[bytes, list[tuple[int, int]]]:
    rows: dict[bytes, list[tuple[int, int]]] = {}
    for record in found:
        rows.setdefault(record.key or b"", []).append((record.value["N"], record.value["TOTAL"]))
    return rows


def check(topics: Topics, load: Load) -> None:
    flows = topics.read("flows", len(load.flows))
    assert revisions(flows) == load.totals()
    joined = topics.read("joined", len(load.sockets))
    pairs = Counter((int.from_bytes(r.key or b""), r.value["HOST"], r.value["PID"]) for r in joined)
    assert pairs == load.joined()


def test_nothing_is_lost_twice_or_different_after_kills(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    instance = make_instance(snapshot_seconds=0.2)
    instance.start()
    instance.ksql(statements(topics, partitions=1))
    seed = random.randrange(1_000_000)  # noqa: S311  # a test's choice, not a secret
    moments = random.Random(seed)  # noqa: S311
    with Load(topics, rate=800, seed=seed) as load:
        for _ in range(4):
            time.sleep(moments.uniform(0.2, 2.0))
            instance.kill()
            instance.start()
    check(topics, load)
    assert instance.stop() == 0, instance.log


def test_the_same_holds_for_what_does_not_fit_into_memory(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    instance = make_instance(snapshot_seconds=0.2, state_mb=0)
    instance.start()
    instance.ksql(statements(topics, partitions=1))
    with Load(topics, rate=800, seed=3) as load:
        for seconds in (2.0, 1.5):
            time.sleep(seconds)
            instance.kill()
            instance.start()
        time.sleep(0.5)
    check(topics, load)
    assert "goes to disk" in instance.log
    assert instance.stop() == 0, instance.log


def test_instances_share_the_partitions_and_take_over_from_one_that_dies(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    first, second = make_instance(), make_instance()
    first.start()
    first.ksql(statements(topics, partitions=4))
    second.start()
    assert second.ksql("SHOW QUERIES;") == first.ksql("SHOW QUERIES;")
    with Load(topics, rate=400, seed=1) as load:
        time.sleep(1)
        first.kill()
        before = len(load.flows)
        topics.read("flows", before + 400)
        first.start()
        time.sleep(1)
        second.kill()
        time.sleep(1)
    check(topics, load)
    assert "at work on 4 of 8 shares" in second.log
    assert first.stop() == 0, first.log


def test_kafka_itself_may_die(tmp_path: Path) -> None:
    settings = Kafka(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=tmp_path / "kafka",
        cluster_id=broker.new_cluster_id(),
    )
    topics = Topics(settings.bootstrap)
    instance = InstanceProcess(settings.bootstrap, topics.prefix, tmp_path / "instance")
    try:
        with broker.running(settings) as first:
            instance.start()
            instance.ksql(statements(topics, partitions=1))
            with Load(topics, rate=300, seed=2) as load:
                time.sleep(1)
                first.kill()
                first.wait()
                with broker.running(settings):
                    time.sleep(1)
                    load.stop()
                    check(topics, load)
                    assert instance.stop() == 0, instance.log
    finally:
        instance.close()
