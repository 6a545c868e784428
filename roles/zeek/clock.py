"""The sensor's clock: attribution compares its times with those of the endpoints."""

from typing import Final

from infra.provision.step import Step
from roles.linux import apt, systemd

DAEMONS: Final = ("systemd-timesyncd", "ntpsec", "ntp", "openntpd")
"""The other packages that keep the time: a machine can have one (Debian and Ubuntu, `time-daemon`)."""


def steps() -> tuple[Step, ...]:
    """The steps that have chrony keep the time; what kept it before comes back when the role is taken off."""
    return (
        apt.packages_step("chrony", "chrony", instead_of=DAEMONS),
        systemd.service_step("chrony, running now and after every reboot", "chrony.service"),
    )
