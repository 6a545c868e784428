"""Where topics end, asked of a broker that was killed and is back."""

import signal
import subprocess
from pathlib import Path

from confluent_kafka import Producer

from embedded.kafka import broker
from embedded.kafka.settings import Settings as KafkaSettings
from embedded.ksql.catalog import TopicSpec
from embedded.ksql.runtime.cluster import Cluster


def started(settings: KafkaSettings) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(broker.prepare(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    broker.await_ready(settings, process)
    return process


def test_a_broker_that_was_killed_tells_again_where_its_topics_end(tmp_path: Path) -> None:
    settings = KafkaSettings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=tmp_path / "kafka",
        cluster_id=broker.new_cluster_id(),
    )
    process = started(settings)
    try:
        cluster = Cluster(settings.bootstrap)
        cluster.create([TopicSpec(name="flows", partitions=1)])
        producer = Producer({"bootstrap.servers": settings.bootstrap})
        producer.produce("flows", b"one")
        assert producer.flush(30) == 0
        assert cluster.ends([("flows", 0)]) == {("flows", 0): 1}
        for _ in range(2):
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = started(settings)
            assert cluster.ends([("flows", 0)]) == {("flows", 0): 1}
    finally:
        broker.stop(process)
