"""A Windows machine reached by WinRM: HTTPS with a verified certificate, or HTTP with encrypted messages."""

import base64
import importlib.util
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeVar

import requests
from winrm.exceptions import (
    AuthenticationError as WinrmAuthenticationError,
)
from winrm.exceptions import (
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
)
from winrm.protocol import Protocol

from infra.provision.command import Command, Result, Upload
from infra.provision.host import AuthenticationError, CommandTimeoutError, TransferError
from infra.provision.powershell import run_script
from infra.provision.retry import Retry

T = TypeVar("T")

PUT: Final = Path(__file__).with_name("put.ps1")
OPERATION_SECONDS: Final = 20
"""How long one WS-Management operation waits for output before it is asked again."""
INPUT_BYTES: Final = 96 * 1024
"""What one message carries of standard input: base64 of it stays under MaxEnvelopeSizekb's default of 500."""
PIECE_BYTES: Final = 512 * 1024
LOST: Final = (requests.ConnectionError, requests.Timeout, WinRMTransportError, WinRMError)


@dataclass(frozen=True, kw_only=True)
class WinrmAddress:
    """Where a Windows machine is and how to log in.

    `https` verifies the certificate against `ca_file` (or the system's authorities) and logs in by NTLM;
    `ntlm` and `kerberos` go over HTTP with every message encrypted. Basic over plain HTTP is not offered.
    """

    host: str
    user: str
    password: str = field(repr=False)
    transport: Literal["https", "ntlm", "kerberos"] = "https"
    port: int | None = None
    ca_file: Path | None = None

    @property
    def endpoint(self) -> str:
        """The WS-Management URL; 5986 is WinRM's port for HTTPS, 5985 its port for HTTP."""
        scheme, port = ("https", 5986) if self.transport == "https" else ("http", 5985)
        return f"{scheme}://{self.host}:{self.port or port}/wsman"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


class WinrmHost:
    """A `Host` over WinRM. One shell is kept open, and opened again when the connection was lost.

    Args:
        address: where it is.
        tell: is told what a user should know (a lost connection).
    """

    def __init__(self, address: WinrmAddress, tell: Callable[[str], None]) -> None:
        self._address = address
        self._tell = tell
        self._protocol: Protocol | None = None
        self._shell = ""
        look = f"Check that the machine is up and that {address.endpoint} is open from here."
        self._retry = Retry(self.name, LOST, look, tell)

    @property
    def name(self) -> str:
        """`user@host`."""
        return str(self._address)

    def run(self, command: Command) -> Result:
        """Run a command; see `Host.run`. A lost connection is made again and the command repeated."""
        return self._retried(lambda: self._run(command))

    def put(self, upload: Upload) -> None:
        """Put a file in pieces and prove its digest; see `Host.put`."""
        for offset in range(0, max(len(upload.content), 1), PIECE_BYTES):
            piece = base64.b64encode(upload.content[offset : offset + PIECE_BYTES]).decode()
            self._placed(upload, {"Path": upload.path, "Offset": offset, "Base64": piece})
        self._placed(upload, {"Path": upload.path, "Offset": 0, "Sha256": upload.sha256})

    def _placed(self, upload: Upload, parameters: dict[str, str | int | bool]) -> None:
        result = self.run(run_script(PUT, parameters))
        if result.exit_code != 0:
            raise TransferError(
                f"{self.name}: {upload.path} could not be put in its place: {result.last_lines()}",
                "Check the disk's free space and the folder's rights, and run the same command again.",
            )

    def close(self) -> None:
        """Close the shell and the connection, as far as the host still answers."""
        if self._protocol is not None:
            try:
                self._protocol.close_shell(self._shell)
            except LOST as error:
                self._tell(f"{self.name}: the shell could not be closed ({error}); Windows ends it by itself")
            self._protocol = None

    def _retried(self, work: Callable[[], T]) -> T:
        return self._retry(lambda: self._attempt(work), self._forget)

    def _forget(self) -> None:
        """Give up a connection that is lost; Windows ends its shell by itself."""
        self._protocol = None

    def _attempt(self, work: Callable[[], T]) -> T:
        try:
            if self._protocol is None:
                self._connect()
            return work()
        except WinrmAuthenticationError as error:
            raise AuthenticationError(
                f"{self.name} does not let us in: {error}",
                "Check user and password; the user must be a local administrator of that machine.",
            ) from error
        except requests.exceptions.SSLError as error:
            raise AuthenticationError(
                f"{self._address.endpoint} shows a certificate that cannot be verified: {error}",
                "Set ca_file to the authority that signed it; the bootstrap script prints which it made.",
            ) from error

    def _connect(self) -> None:
        address = self._address
        if address.transport == "kerberos" and importlib.util.find_spec("requests_kerberos") is None:
            raise AuthenticationError(
                f"{self.name}: Kerberos needs a library that the lab leaves out, as it is compiled",
                "Install pywinrm[kerberos] into .lab/venv (it needs Kerberos headers), or log in "
                "by NTLM: pulumi config set windows.transport https",
            )
        if address.ca_file is not None and not address.ca_file.is_file():
            raise AuthenticationError(
                f"{self.name}: the certificate {address.ca_file} is not there",
                "Fetch what bootstrap.ps1 wrote on that machine: pulumi config set windows.ca_file PATH",
            )
        self._protocol = Protocol(
            endpoint=address.endpoint,
            transport="kerberos" if address.transport == "kerberos" else "ntlm",
            username=address.user,
            password=address.password,
            ca_trust_path=str(address.ca_file) if address.ca_file else "legacy_requests",
            message_encryption="auto" if address.transport == "https" else "always",
            operation_timeout_sec=OPERATION_SECONDS,
            read_timeout_sec=OPERATION_SECONDS + 10,
        )
        self._shell = self._protocol.open_shell(codepage=65001)

    def _run(self, command: Command) -> Result:
        protocol = self._protocol
        if protocol is None:
            raise WinRMTransportError("http", 0, "not connected")
        program, *arguments = command.arguments
        quoted = subprocess.list2cmdline(arguments)
        running = protocol.run_command(
            self._shell, program, [quoted] if arguments else [], console_mode_stdin=False, skip_cmd_shell=True
        )
        given = command.stdin or b""
        for offset in range(0, max(len(given), 1), INPUT_BYTES):
            last = offset + INPUT_BYTES >= len(given)
            protocol.send_command_input(self._shell, running, given[offset : offset + INPUT_BYTES], end=last)
        result = self._awaited(protocol, running, command)
        protocol.cleanup_command(self._shell, running)
        return result

    def _awaited(self, protocol: Protocol, running: str, command: Command) -> Result:
        written, wrong, deadline = b"", b"", time.monotonic() + command.timeout
        while time.monotonic() < deadline:
            try:
                out, err, exit_code, done = protocol.get_command_output_raw(self._shell, running)
            except WinRMOperationTimeoutError:
                # no output for a while is what a long installation looks like
                continue
            written, wrong = written + out, wrong + err
            if done:
                return Result(
                    exit_code=exit_code,
                    stdout=written.decode(errors="replace"),
                    stderr=wrong.decode(errors="replace"),
                )
        protocol.cleanup_command(self._shell, running)
        raise CommandTimeoutError(
            f"{self.name}: `{command}` did not end within {command.timeout:.0f} s",
            "See on the host what it waits for, and run the same command again.",
        )
