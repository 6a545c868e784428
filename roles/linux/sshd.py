"""The port of a host's sshd, told by the connection: one that is forwarded leads to another."""

from typing import Final

from infra.provision.command import Command
from infra.provision.host import Host, HostError

READ: Final = Command(
    arguments=("sh", "-c", 'echo "${SSH_CONNECTION##* }"'), as_root=False, timeout=30, label="SSH_CONNECTION"
)
"""Both ends' addresses and ports, the server's port last (ssh(1), "Environment")."""


def port(host: Host) -> int:
    """Ask a host at which port it was reached.

    Raises:
        HostError: it does not say.
    """
    said = host.run(READ).stdout.strip()
    if not said.isdecimal():
        raise HostError(
            f"{host.name} does not say at which port of it SSH came in: the firewall has to leave it open",
            "Let its sshd set SSH_CONNECTION, as OpenSSH does.",
        )
    return int(said)
