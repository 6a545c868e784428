"""The steps that have Osquery with its socket extension installed, configured and running."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from infra.provision.step import Step
from roles.windows.script import FOLDER, script_step

CONF: Final = FOLDER.parent.parent / "conf" / "osquery"


class Osquery(BaseModel):
    """Which Osquery, and which socket extension.

    The extension (PolyLogyx', now EclecticIQ's) is published as a file in a public repository, without
    checksums: the one that was looked at is pinned by its SHA-256 sum in the configuration.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(default="5.19.0", pattern=r"^\d+\.\d+\.\d+$")
    extension_url: str = Field(pattern=r"^https://")
    extension_sha256: str = Field(pattern=r"^[0-9A-Fa-f]{64}$")

    @property
    def url(self) -> str:
        """Where osquery publishes its installer for 64-bit Windows."""
        return f"https://pkg.osquery.io/windows/osquery-{self.version}.msi"


def steps(osquery: Osquery) -> tuple[Step, ...]:
    """Osquery with the lab's schedule, and its service kept running."""
    # Windows programs read these files; the lines end as they do there
    flags = (CONF / "osquery.flags").read_text(encoding="utf-8").replace("\n", "\r\n")
    return (
        script_step(
            f"Osquery {osquery.version} reports sockets and processes",
            Path(__file__).with_name("osquery.ps1"),
            {
                "Version": osquery.version,
                "Url": osquery.url,
                "ExtensionUrl": osquery.extension_url,
                "ExtensionSha256": osquery.extension_sha256,
                "Configuration": (CONF / "osquery.conf").read_text(encoding="utf-8"),
                "Flags": flags,
            },
            timeout=1800,
            subject="osquery",
        ),
        script_step(
            "Osquery's service runs, now and after every failure",
            FOLDER / "service.ps1",
            {"Name": "osqueryd"},
            removable=False,
        ),
    )
