"""A role and the machine that it is for: reached, and the role made for what is found there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, assert_never

from infra.errors import LabError
from infra.machines.address import SshMachine, WinrmMachine
from infra.provider import Inputs
from infra.provision.host import Host
from infra.provision.run import Progress
from infra.provision.ssh import SshHost
from infra.provision.step import Role
from infra.provision.winrm import WinrmHost
from roles.linux import distribution, sshd
from roles.windows.role import WindowsSettings, windows_client
from roles.zeek.role import zeek_server
from roles.zeek.settings import ZeekSettings

SECRETS = ["settings", "ssh", "winrm"]
"""The inputs that hold keys and passwords."""


class PlacedRole(Inputs):
    """Which role, where, and with what settings."""

    role: Literal["zeek", "windows"]
    ssh: SshMachine | None = None
    winrm: WinrmMachine | None = None
    pins: str
    settings: dict[str, Any]


@contextmanager
def reached(placed: PlacedRole) -> Iterator[tuple[Host, Role]]:
    """Give the host and its role, for as long as the connection is needed.

    Raises:
        LabError: the machine cannot be reached, or is none that the role is for.
    """
    host = _connect(placed)
    try:
        yield host, role_of(host, placed)
    finally:
        host.close()


def _connect(placed: PlacedRole) -> Host:
    if placed.ssh is not None:
        return SshHost(placed.ssh.address(), Path(placed.pins), _say)
    if placed.winrm is not None:
        return WinrmHost(placed.winrm.address(), _say)
    raise LabError(
        "a role has no machine to go to",
        "Set the machine's address: pulumi config set zeek.address or windows.address",
    )


def role_of(host: Host, placed: PlacedRole) -> Role:
    """The role as this host needs it."""
    match placed.role:
        case "zeek":
            settings = ZeekSettings.model_validate({**placed.settings, "ssh_port": sshd.port(host)})
            return zeek_server(settings, distribution.read(host))
        case "windows":
            return windows_client(WindowsSettings.model_validate(placed.settings))
        case unknown:
            assert_never(unknown)


def _say(text: str) -> None:
    # Pulumi shows what a provider writes to its error output beside the resource it works on
    print(text, file=sys.stderr, flush=True)


def tell(progress: Progress) -> None:
    """Show beside the resource where a role's step is."""
    _say(str(progress))
