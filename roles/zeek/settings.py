"""What the Zeek server has to know."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ZeekSettings(BaseModel):
    """One sensor: what it watches, which Zeek it runs, and where its logs go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interface: str = Field(pattern=r"^[A-Za-z0-9_.:@-]{1,15}$")
    """The capture interface; Linux allows 15 characters (IFNAMSIZ)."""
    zeek_version: str = Field(default="lts", pattern=r"^(lts|\d+\.\d+)$")
    """`lts`, or a release train such as `8.0`, as Zeek's package names have it."""
    logging_server: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The logging server's name or address, as its certificate has it."""
    ssh_port: int = Field(default=22, ge=1, le=65535)
    """The machine's own port of SSH, which the firewall leaves open."""
    log_limit_gb: int = Field(default=20, ge=1)
    """How much of the 40 GB disk Zeek's logs may take; the oldest are removed beyond it."""
    log_limit_days: int = Field(default=7, ge=1)
    ca_certificate: str
    client_certificate: str
    client_key: SecretStr
