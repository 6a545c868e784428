"""Zeek's and Elastic's packages, from their own repositories, with verified keys."""

from dataclasses import replace
from typing import Final

from infra.provision.step import Step
from roles.linux import apt, systemd
from roles.linux.distribution import Distribution
from roles.zeek import sensor

ZEEK_FOLDER: Final = {
    Distribution.DEBIAN_12: "Debian_12",
    Distribution.DEBIAN_13: "Debian_13",
    Distribution.UBUNTU_22_04: "xUbuntu_22.04",
    Distribution.UBUNTU_24_04: "xUbuntu_24.04",
}
"""The folders of the openSUSE Build Service's project security:zeek (Zeek wiki, "Binary Packages")."""

ELASTIC: Final = apt.Repository(
    name="elastic",
    line="https://artifacts.elastic.co/packages/8.x/apt stable main",
    key_url="https://artifacts.elastic.co/GPG-KEY-elasticsearch",
    key="46095ACC8548582C1A2699A9D27D666CD88E42B4",
)
"""Elastic's packages and key, as the Filebeat reference has them ("Repositories for APT and YUM")."""


def zeek_repository(distribution: Distribution) -> apt.Repository:
    """Zeek's packages for a distribution.

    The build service publishes no fingerprint of its key, so that key's user id is checked.
    """
    base = f"https://download.opensuse.org/repositories/security:/zeek/{ZEEK_FOLDER[distribution]}/"
    return apt.Repository(
        name="zeek",
        line=f"{base} /",
        key_url=f"{base}Release.key",
        key="security:zeek OBS Project <security:zeek@build.opensuse.org>",
    )


def steps(version: str, zeek: apt.Repository, elastic: apt.Repository = ELASTIC) -> tuple[Step, ...]:
    """Both repositories and their packages; `version` is `lts` or a release train."""
    core = apt.packages_step(f"Zeek {version}", f"zeek-{version}-core")
    return (
        apt.repository_step(zeek),
        # one that runs would go on as the version before
        replace(core, apply=(*core.apply, systemd.restart(sensor.UNIT))),
        apt.repository_step(elastic),
        apt.packages_step("Filebeat", "filebeat"),
    )
