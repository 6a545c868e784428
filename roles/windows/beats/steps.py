"""The steps that have Winlogbeat and Filebeat installed, configured and running."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from infra.provision.step import Step
from roles.windows.script import FOLDER, script_step

Beat: TypeAlias = Literal["winlogbeat", "filebeat"]

CONF: Final = FOLDER.parent.parent / "conf"
CONFIGURATIONS: Final[dict[Beat, Path]] = {
    "winlogbeat": CONF / "winlogbeat" / "winlogbeat.yml",
    "filebeat": CONF / "filebeat" / "windows.yml",
}


class Shipping(BaseModel):
    """Where the shippers send to, and with which certificate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    logging_server: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The logging server's name or address, as its certificate has it."""
    ca_certificate: str
    client_certificate: str
    client_key: SecretStr


def url(beat: Beat, version: str) -> str:
    """Where Elastic publishes a Beat for 64-bit Windows."""
    return f"https://artifacts.elastic.co/downloads/beats/{beat}/{beat}-{version}-windows-x86_64.zip"


def client_certificate_step(shipping: Shipping) -> Step:
    """The client certificate, readable by administrators and the system alone."""
    return script_step(
        "the shippers' client certificate",
        Path(__file__).with_name("client_certificate.ps1"),
        {
            "Authority": shipping.ca_certificate,
            "Certificate": shipping.client_certificate,
            "Key": shipping.client_key.get_secret_value(),
        },
    )


def steps(beat: Beat, shipping: Shipping) -> tuple[Step, ...]:
    """One Beat, and its service kept running."""
    return (
        script_step(
            f"{beat} {shipping.version} ships to {shipping.logging_server}",
            Path(__file__).with_name("beat.ps1"),
            {
                "Beat": beat,
                "Version": shipping.version,
                "Url": url(beat, shipping.version),
                "Configuration": CONFIGURATIONS[beat].read_text(encoding="utf-8"),
                "LoggingServer": shipping.logging_server,
            },
            subject=beat,
        ),
        script_step(
            f"{beat}'s service runs, now and after every failure",
            FOLDER / "service.ps1",
            {"Name": beat},
            removable=False,
        ),
    )
