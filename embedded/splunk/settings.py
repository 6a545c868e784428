"""What a Splunk process is told when it starts."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The settings of one Splunk stand-in, read from the file that `--config` names.

    `minimum_free_mb` is server.conf's `minFreeSpace`: with less free disk (10^6 bytes) than this, indexing
    stops and HEC answers 503. `max_content_mb` is limits.conf's `[http_input] max_content_length`, which
    also bounds a compressed body once it is unpacked. `job_ttl_seconds` is how long a finished search stays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    management_port: int = Field(ge=0, le=65535)
    hec_port: int = Field(ge=0, le=65535)
    certificate: Path
    private_key: Path
    data_dir: Path
    admin_password_file: Path
    minimum_free_mb: int = Field(default=50, ge=0)
    max_content_mb: int = Field(default=32, ge=1)
    job_ttl_seconds: int = Field(default=600, ge=1)
