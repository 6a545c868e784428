"""What a console is told when it starts."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from infra import ports


class Settings(BaseModel):
    """The settings of one console, read from the file that `--config` names.

    `keep` is how many connections are held in memory: the newest, by when they were last revised. A
    connection takes about 2 kB. `hosts` are the names that a browser may call the console by: a page of
    somebody else's, whose name was made to point here, is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bootstrap: str
    security: Mapping[str, str] = Field(default_factory=dict)
    """What a Kafka client needs beside the address, by librdkafka's names."""
    host: str = "127.0.0.1"
    port: int = Field(default=ports.CONSOLE, ge=0, le=65535)
    certificate: Path
    private_key: Path
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    keep: int = Field(default=50_000, ge=1)
    keep_dead_letters: int = Field(default=500, ge=1)
    sink_group: str = ""
    """The consumer group of the connector to Splunk; empty where there is none to look at."""
