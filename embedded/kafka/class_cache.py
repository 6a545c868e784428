"""The ahead-of-time class cache of Kafka's Java: made once per machine and version, by a broker's start."""

import fcntl
import subprocess
import tempfile
from pathlib import Path

from embedded.kafka import broker, java
from embedded.kafka.archives import ArchiveError, classpath
from embedded.kafka.settings import Settings


def train() -> Path:
    """Make the cache unless it is there; about ten seconds.

    Raises:
        ArchiveError: Java could not make it.
    """
    cache = java.aot_cache(classpath())
    cache.parent.mkdir(parents=True, exist_ok=True)
    with (cache.parent / "train.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if cache.exists():
            return cache
        with tempfile.TemporaryDirectory(dir=cache.parent) as scratch:
            made = Path(scratch) / "kafka.aot"
            try:
                _training_run(Path(scratch), (f"-XX:AOTCacheOutput={made}",))
            except subprocess.SubprocessError as error:
                raise ArchiveError(
                    f"Java could not make Kafka's class cache in {cache.parent}: {error}",
                    "Check that the disk has 200 MB free and start again.",
                ) from error
            made.replace(cache)
    return cache


def _training_run(scratch: Path, jvm: tuple[str, ...]) -> None:
    """Start and stop a broker with these Java options, so that Java sees which classes a start loads.

    Raises:
        subprocess.SubprocessError: it did not start, or did not stop by itself.
    """
    settings = Settings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=scratch / "data",
        cluster_id=broker.new_cluster_id(),
    )
    broker.write_properties(settings)
    broker.format_storage(settings)
    with (scratch / "train.log").open("wb") as log:
        process = subprocess.Popen(
            java.command(java.BROKER, str(settings.properties_file), jvm=jvm), stdout=log, stderr=log
        )
        try:
            broker.await_ready(settings, process)
        finally:
            process.terminate()
            process.wait(60)
