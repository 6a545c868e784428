"""Which Debian or Ubuntu a host runs: read before a role is made for it."""

from enum import Enum
from typing import Final

from infra.provision.command import Command
from infra.provision.host import Host, HostError

READ: Final = Command(
    arguments=("sh", "-c", '. /etc/os-release && echo "$ID $VERSION_ID"'), as_root=False, timeout=30
)


class Distribution(Enum):
    """The releases that the lab's Linux roles know, by `ID VERSION_ID` of os-release(5)."""

    DEBIAN_12 = "debian 12"
    DEBIAN_13 = "debian 13"
    UBUNTU_22_04 = "ubuntu 22.04"
    UBUNTU_24_04 = "ubuntu 24.04"


class UnknownDistributionError(HostError):
    """A host whose system the roles were not made for."""


def read(host: Host) -> Distribution:
    """Ask a host which release it runs.

    Raises:
        UnknownDistributionError: it is none of those that the roles know.
    """
    said = host.run(READ).stdout.strip()
    try:
        return Distribution(said)
    except ValueError as error:
        known = ", ".join(known.value for known in Distribution)
        raise UnknownDistributionError(
            f"{host.name} runs '{said}', and this role knows {known}",
            "Give the lab a machine with one of those.",
        ) from error
