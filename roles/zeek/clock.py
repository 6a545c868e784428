"""The sensor's clock: attribution compares its times with those of the endpoints."""

from infra.provision.step import Step
from roles.linux import apt, systemd


def steps() -> tuple[Step, ...]:
    """The steps that have chrony keep the time; it takes over from systemd-timesyncd."""
    return (
        apt.packages_step("chrony", "chrony"),
        systemd.service_step("chrony, running now and after every reboot", "chrony.service"),
    )
