"""What one broker has to know, and the `broker.properties` that follow from it."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

MIB: Final = 1024 * 1024
HOUR_MS: Final = 3_600_000
AHEAD_MS: Final = HOUR_MS
"""How far ahead of the broker's clock a record's time may be: Kafka's own default (Kafka 4 documentation,
`message.timestamp.after.max.ms`)."""


class Settings(BaseModel):
    """One KRaft broker and controller in one process.

    `retention_hours` and `retention_mb` (per partition) hold for every topic that does not say otherwise.
    A topic whose records carry the times of an old recording would lose them at the next retention check,
    which is why replays shift event times to now, or else have them kept by size alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    controller_port: int = Field(ge=1, le=65535)
    data_dir: Path
    cluster_id: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{21}$")
    """22 characters of URL-safe base64; with a leading `-` the format command takes it for an option."""
    heap_mb: int = Field(default=256, ge=128)
    partitions: int = Field(default=1, ge=1)
    retention_hours: int = Field(default=48, ge=1)
    retention_mb: int = Field(default=2048, ge=16)

    @property
    def bootstrap(self) -> str:
        """Where clients connect: `host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def properties_file(self) -> Path:
        """Where the broker's configuration is written."""
        return self.data_dir / "broker.properties"

    def properties(self) -> dict[str, str]:
        """The broker's configuration, by the names of Kafka's documentation ("Broker Configs")."""
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"{self.host}:{self.controller_port}",
            # a quorum of one gains nothing by waiting for more to write: a new topic took 35 ms, and takes 8
            "controller.quorum.append.linger.ms": "0",
            "listeners": f"PLAINTEXT://{self.host}:{self.port},CONTROLLER://{self.host}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "log.dirs": str(self.data_dir / "logs"),
            "num.partitions": str(self.partitions),
            "auto.create.topics.enable": "true",
            "log.retention.ms": str(self.retention_hours * HOUR_MS),
            "log.retention.bytes": str(self.retention_mb * MIB),
            "log.segment.bytes": str(64 * MIB),
            "log.message.timestamp.after.max.ms": str(AHEAD_MS),
            # one broker cannot keep the three copies that Kafka asks for by default
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # after a crash the restarted broker has to wait until its former session has ended
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "num.recovery.threads.per.data.dir": "2",
            "log.cleaner.dedupe.buffer.size": str(16 * MIB),
            "controlled.shutdown.enable": "false",
        }
