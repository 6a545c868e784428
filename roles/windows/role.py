"""The Windows client's role: everything that makes a Windows 10 machine an endpoint of the lab."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from infra.provision.step import Role, Step
from roles.windows.beats import steps as beats
from roles.windows.beats.steps import Shipping
from roles.windows.osquery import steps as osquery
from roles.windows.osquery.steps import Osquery
from roles.windows.script import FOLDER, script_step
from roles.windows.sysmon import steps as sysmon

TIME_SERVERS: Final = ("0.pool.ntp.org", "1.pool.ntp.org")


class WindowsSettings(BaseModel):
    """One endpoint: where its events go, and which Osquery it runs; without one, Sysmon alone reports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shipping: Shipping
    osquery: Osquery | None = None
    time_servers: tuple[str, ...] = TIME_SERVERS


def _base(settings: WindowsSettings) -> tuple[Step, ...]:
    return (
        script_step(
            f"the clock follows {', '.join(settings.time_servers)}",
            FOLDER / "time.ps1",
            {"Servers": ",".join(settings.time_servers)},
            removable=False,
        ),
        script_step(
            "the lab's certificate authority is trusted",
            FOLDER / "certificate_authority.ps1",
            {"Certificate": settings.shipping.ca_certificate},
        ),
        beats.client_certificate_step(settings.shipping),
    )


def windows_client(settings: WindowsSettings) -> Role:
    """Sensors before shippers, so that nothing is missed between them."""
    sockets: tuple[Step, ...] = ()
    if settings.osquery is not None:
        sockets = (*osquery.steps(settings.osquery), *beats.steps("filebeat", settings.shipping))
    return Role(
        "Windows client",
        (*_base(settings), *sysmon.steps(), *beats.steps("winlogbeat", settings.shipping), *sockets),
    )
