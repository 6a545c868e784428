"""What each container may use of the machine: CPUs, memory, and the Java heap that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.errors import ConfigurationError
from infra.logging_server.docker.versions import Versions
from infra.sizes import MachineSize


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The CPUs and the memory of one container; the engine counts an MB as 2^20 bytes."""

    cpus: float
    memory_mb: int

    @property
    def cpus_text(self) -> str:
        """CPUs as the Docker plug-in reads them back; other spellings replace the container each time."""
        return str(float(self.cpus))

    def heap_mb(self, share: float) -> int:
        """The Java heap that leaves the rest of the limit to metaspace, threads and buffers."""
        return int(self.memory_mb * share)


HEAP_SHARE: Final[Mapping[str, float]] = {
    "zookeeper": 0.45,
    "broker": 0.5,  # the other half is for the page cache, which a cgroup counts against its limit
    "schema-registry": 0.5,
    "connect": 0.6,
    "control-center": 0.5,
    "ksqldb-server": 0.4,  # RocksDB's caches and write buffers of the join's stores live outside the heap
    "ksqldb-cli": 0.4,
    "rest-proxy": 0.45,
    "logstash": 0.5,  # the Beats input's buffers and the persistent queue's pages are outside the heap
}
"""How much of its limit a Java service takes as heap. Containers that are not named here run no Java."""

_SOURCE: Final[Mapping[str, Limits]] = {
    "zookeeper": Limits(cpus=1, memory_mb=150),
    "broker": Limits(cpus=4, memory_mb=2000),
    "schema-registry": Limits(cpus=1, memory_mb=500),
    "connect": Limits(cpus=2, memory_mb=2500),
    "control-center": Limits(cpus=1, memory_mb=1000),
    "ksqldb-server": Limits(cpus=1, memory_mb=500),
    "ksqldb-cli": Limits(cpus=2, memory_mb=500),
    "rest-proxy": Limits(cpus=2, memory_mb=300),
    "logstash": Limits(cpus=4, memory_mb=1000),
    "nginx": Limits(cpus=1, memory_mb=100),
    "splunk": Limits(cpus=2, memory_mb=1000),
    # not of the original lab: 20,000 connections at some 3 kB, and 60 MB of Python
    "console": Limits(cpus=1, memory_mb=200),
}
"""The limits of the field's original lab."""

_RAISED: Final[Mapping[str, Limits]] = {
    # ksqlDB documents 4 GB and more a node. Its JVM alone takes some 350 MB beside the heap, and each of the
    # lab's joins keeps two RocksDB window stores a partition, of which every one reserves write buffers and a
    # block cache. 0.29 is no smaller than 8.x, so this one holds for both presets.
    "ksqldb-server": Limits(cpus=2, memory_mb=1500),
}

_RAISED_CURRENT: Final[Mapping[str, Limits]] = {
    # docs.confluent.io, "Control Center System Requirements": 8 GB for up to 100,000 replicas. The lab has
    # some hundred and runs it in management mode, without its metrics pipeline.
    "control-center": Limits(cpus=1, memory_mb=1400),
    # Splunk 9 and later run KV store (MongoDB) and their side-cars beside splunkd; 1 GB has the kernel kill
    # one.
    "splunk": Limits(cpus=2, memory_mb=1500),
    # Kafka REST 8 loads the security and telemetry plug-ins that 5.5 does not have: 300 MB leave them no
    # metaspace.
    "rest-proxy": Limits(cpus=2, memory_mb=400),
    # A command line that waits to be used: what it has too much, the console needs.
    "ksqldb-cli": Limits(cpus=2, memory_mb=340),
}


def limits(versions: Versions) -> dict[str, Limits]:
    """The limits of every container that these versions need, by name."""
    chosen = {**_SOURCE, **_RAISED}
    if not versions.has_zookeeper:
        chosen |= _RAISED_CURRENT
        del chosen["zookeeper"]
    return chosen


def heap(container: str, limit: Limits) -> str:
    """The JVM options that make a service's heap follow from its limit; fixed, so that it fails early."""
    size = limit.heap_mb(HEAP_SHARE[container])
    return f"-Xms{size}m -Xmx{size}m"


def check(
    chosen: Mapping[str, Limits],
    machine: MachineSize,
    *,
    available_mb: int | None = None,
    available_cpus: int | None = None,
) -> None:
    """Refuse limits that together exceed the machine, or what the engine's machine really has.

    Raises:
        ConfigurationError: too little memory or too few CPUs.
    """
    total = sum(limit.memory_mb for limit in chosen.values())
    room = machine.memory_gb * 10**9 // 2**20
    if total > room:
        raise ConfigurationError(
            f"the containers' memory limits add up to {total} MB; the logging server has {room} MB",
            "Lower one: pulumi config set docker.memory_mb NAME=MB",
        )
    if available_mb is not None and total > available_mb:
        raise ConfigurationError(
            f"the containers' memory limits add up to {total} MB; the engine's machine has {available_mb} MB",
            "Give the engine more memory (Docker Desktop: Settings, Resources), point docker.host to a "
            "larger machine, or use the embedded stack: pulumi stack select embedded",
        )
    # an engine refuses a container that may use more CPUs than there are
    cpus = machine.cpus if available_cpus is None else min(machine.cpus, available_cpus)
    for name, limit in chosen.items():
        if limit.cpus > cpus:
            raise ConfigurationError(
                f"{name} may use {limit.cpus:g} CPUs; the engine's machine has {cpus}",
                f"pulumi config set docker.cpus {cpus}",
            )
