"""A real Kafka broker for tests."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings


@contextmanager
def running_kafka() -> Iterator[Settings]:
    """Run a broker of its own; its `bootstrap` is what clients connect to."""
    class_cache.train()
    with tempfile.TemporaryDirectory(prefix="lab-kafka-") as folder:
        settings = Settings(
            port=broker.free_port(),
            controller_port=broker.free_port(),
            data_dir=Path(folder) / "data",
            cluster_id=broker.new_cluster_id(),
        )
        with broker.running(settings):
            yield settings
