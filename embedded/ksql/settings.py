"""What the KSQL process has to know."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

COMMIT_INTERVAL: Final = "ksql.streams.commit.interval.ms"
AUTO_OFFSET_RESET: Final = "auto.offset.reset"


STATE_MB: Final = 700
"""Megabytes of rows in memory. The process has 300 besides, and while a snapshot is written a second process
may have the rows again: less than 2 GB in all, however much is held."""


class Settings(BaseModel):
    """One instance of a KSQL application.

    Instances with the same `service_id` on the same Kafka share the application's statements and
    partitions; each needs a `state_dir` of its own, where its identity is kept.

    `snapshot_seconds` of processing are what a restarted instance has to do again at most, and the time to
    read a snapshot.

    `state_mb` are megabytes of rows that the queries hold in memory at most; what is beyond goes to disk.

    `properties` are ksqlDB's and Kafka Streams' own, for every statement; a request can override them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap: str
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    state_dir: Path
    service_id: str = Field(default="default_", pattern=r"^[A-Za-z0-9._-]+$")
    snapshot_seconds: float = Field(default=5.0, gt=0)
    state_mb: int = Field(default=STATE_MB, ge=0)
    properties: dict[str, str | int | float | bool] = {AUTO_OFFSET_RESET: "earliest", COMMIT_INTERVAL: 25}

    @property
    def commit_interval(self) -> float:
        """Seconds between the transactions of a busy instance; 25 ms unless a property says otherwise."""
        return float(self.properties.get(COMMIT_INTERVAL, 25)) / 1000
