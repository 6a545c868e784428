"""The steps that have Sysmon installed, configured and running."""

from pathlib import Path
from typing import Final

from infra.provision.step import Step
from roles.windows.script import FOLDER, script_step

URL: Final = "https://download.sysinternals.com/files/Sysmon.zip"
"""Sysinternals publishes the current version only; Microsoft's signature is what is verified."""
CONFIGURATION: Final = FOLDER.parent.parent / "conf" / "sysmon" / "sysmon.xml"
SERVICE: Final = "Sysmon64"


def steps(url: str = URL) -> tuple[Step, ...]:
    """Sysmon with the lab's configuration, and its service kept running."""
    configuration = CONFIGURATION.read_text(encoding="utf-8")
    return (
        script_step(
            "Sysmon logs every connection and every process",
            Path(__file__).with_name("sysmon.ps1"),
            {"Url": url, "Configuration": configuration},
        ),
        script_step(
            "Sysmon's service runs, now and after every failure",
            FOLDER / "service.ps1",
            {"Name": SERVICE},
            removable=False,
        ),
    )
