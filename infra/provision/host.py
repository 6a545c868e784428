"""A machine that can be asked and changed, whatever carries the commands there."""

from typing import Protocol

from infra.errors import LabError
from infra.provision.command import Command, Result, Upload


class Host(Protocol):
    """One machine, reached by SSH or WinRM. Implementations reconnect by themselves, within limits."""

    @property
    def name(self) -> str:
        """How messages call it, for instance `analyst@192.0.2.7`."""

    def run(self, command: Command) -> Result:
        """Run a command and return what it did, whatever its exit code.

        Raises:
            ConnectionLostError: the host could not be reached, or stayed away, within the limits.
            CommandTimeoutError: the command did not end within its timeout.
        """

    def put(self, upload: Upload) -> None:
        """Put a file in its place atomically and prove its digest.

        Raises:
            ConnectionLostError: as `run`.
            TransferError: what arrived is not what was sent.
        """

    def close(self) -> None:
        """Give the connection back."""


class HostError(LabError):
    """A machine that did not do what it was asked."""


class ConnectionLostError(HostError):
    """A machine that cannot be reached, after all retries."""


class AuthenticationError(HostError):
    """A machine that does not let us in, or is not the machine that we know."""


class CommandTimeoutError(HostError):
    """A command that did not end in time."""


class TransferError(HostError):
    """A file that did not arrive as it was sent."""
