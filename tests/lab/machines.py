"""The stack's machines as testinfra sees them, by the lab's own transports.

testinfra's own connections know neither a password for sudo nor the lab's pinned host keys; those of the
stack are reached as `pulumi up` reaches them, jump host and agent included.
"""

from pathlib import Path
from typing import Any

from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from infra.machines.address import SshMachine, WinrmMachine
from infra.provision.command import Command
from infra.provision.ssh import SshHost
from infra.provision.winrm import WinrmHost


class SshBackend(BaseBackend):
    """Commands of testinfra, as root, over an SSH connection that is kept."""

    NAME = "ssh"

    def __init__(self, host: SshHost) -> None:
        super().__init__(host.name)
        self._ssh = host

    def run(self, command: str, *args: str, **kwargs: Any) -> CommandResult:
        """Run a shell's command line."""
        del kwargs
        line = self.quote(command, *args)
        done = self._ssh.run(Command(arguments=("sh", "-c", line)))
        return self.result(done.exit_code, line.encode(), done.stdout.encode(), done.stderr.encode())


def over_ssh(told: str, run_directory: Path) -> Host:
    """The host of an output `zeek_host`; its key has to be the one that this stack has pinned."""
    machine = SshMachine.model_validate_json(told)
    return Host(SshBackend(SshHost(machine.address(), run_directory / "known_hosts", print)))


def over_winrm(told: str) -> WinrmHost:
    """The host of an output `windows_host`."""
    return WinrmHost(WinrmMachine.model_validate_json(told).address(), print)
