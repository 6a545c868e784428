"""A machine reached by SSH: commands by paramiko, files by SFTP, root by sudo."""

import logging
import shlex
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

import paramiko

from infra.provision.command import Command, Result, Upload
from infra.provision.host import AuthenticationError, CommandTimeoutError, TransferError
from infra.provision.retry import Retry
from infra.provision.ssh_trust import PinOnFirstContact

T = TypeVar("T")

CONNECT_SECONDS: Final = 15.0
LOST: Final = (paramiko.SSHException, EOFError, ConnectionError, OSError)

NOT_FOUND: Final = 127
"""What a shell says of a program that is not there (POSIX, "Exit Status for Commands")."""

# what it logs as it happens, with a traceback, it raises as well: an attempt that failed is told in one line
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# moved into place whole: a reader sees the old file or the new one
INSTALL: Final = """set -e
test "$(sha256sum <"$1" | cut -d' ' -f1)" = "$5"
mkdir -p "$(dirname "$2")"
chown "$3" "$1"
chmod "$4" "$1"
mv -fT "$1" "$2" 2>/dev/null || { cp -p "$1" "$2.new"; mv -fT "$2.new" "$2"; rm -f "$1"; }
"""


@dataclass(frozen=True, kw_only=True)
class SshAddress:
    """Where a machine is and how to log in: the key file, the agent's keys, or both."""

    host: str
    user: str
    port: int = 22
    key_file: Path | None = None
    key: str | None = field(default=None, repr=False)
    """An ed25519 private key as OpenSSH writes it, where the lab has made it; used instead of a file."""
    host_key: str | None = None
    """The fingerprint its host key must have (`SHA256:…`); None pins what the first contact shows."""
    sudo_password: str | None = field(default=None, repr=False)
    jump: "SshAddress | None" = None

    def __str__(self) -> str:
        return f"{self.user}@{self.host}" + ("" if self.port == 22 else f":{self.port}")  # noqa: PLR2004  # SSH's port


class SshHost:
    """A `Host` over SSH. It connects at first use, and again when the connection is lost.

    Args:
        address: where it is.
        pins: the known_hosts file in which host keys are pinned.
        tell: is told what a user should know (a pinned key, a lost connection).
        pinning: whether an unknown host's key is pinned; else it is told, and asked about again next time.
    """

    def __init__(
        self, address: SshAddress, pins: Path, tell: Callable[[str], None], *, pinning: bool = True
    ) -> None:
        self._address = address
        self._pinning = pinning
        self._pins = pins
        self._tell = tell
        self._clients: list[paramiko.SSHClient] = []
        self._sudo: tuple[str, ...] | None = None
        look = "Check that the machine is up and that its port for SSH is open from here."
        self._retry = Retry(self.name, LOST, look, tell)

    @property
    def name(self) -> str:
        """`user@host`, with the port where it is not 22."""
        return str(self._address)

    def run(self, command: Command) -> Result:
        """Run a command; see `Host.run`. A lost connection is made again and the command repeated."""
        return self._retried(lambda: self._run(command))

    def put(self, upload: Upload) -> None:
        """Put a file by SFTP; see `Host.put`."""
        self._retried(lambda: self._put(upload))

    def close(self) -> None:
        """Close the connection and those to its jump hosts."""
        for client in reversed(self._clients):
            client.close()
        self._clients.clear()

    def _retried(self, work: Callable[[], T]) -> T:
        return self._retry(lambda: self._attempt(work), self.close)

    def _attempt(self, work: Callable[[], T]) -> T:
        try:
            if not self._clients:
                self._connect()
            return work()
        except paramiko.AuthenticationException as error:
            raise AuthenticationError(
                f"{self.name} does not let us in: {error}",
                "Check user and key: the public key belongs into ~/.ssh/authorized_keys of that user.",
            ) from error
        except paramiko.BadHostKeyException as error:
            raise AuthenticationError(
                f"{self.name} shows another host key than the one pinned in {self._pins}",
                "If the machine was built anew, remove its line from that file; if not, beware.",
            ) from error

    def _connect(self) -> None:
        channel: paramiko.Channel | None = None
        for address in _path(self._address):
            client = paramiko.SSHClient()
            # a configured fingerprint is above what an earlier machine at this address has shown
            if address.host_key is None and self._pins.exists():
                client.load_host_keys(str(self._pins))
            client.set_missing_host_key_policy(
                PinOnFirstContact(self._pins, address.host_key, self._tell, pinning=self._pinning)
            )
            self._clients.append(client)
            if address.key_file is not None and not address.key_file.is_file():
                raise AuthenticationError(
                    f"{address}: the key file {address.key_file} is not there",
                    "pulumi config set zeek.key_file PATH, or without it log in by the agent's keys: "
                    "pulumi config rm zeek.key_file",
                )
            client.connect(
                address.host,
                port=address.port,
                username=address.user,
                key_filename=str(address.key_file) if address.key_file else None,
                pkey=paramiko.Ed25519Key.from_private_key(StringIO(address.key)) if address.key else None,
                allow_agent=address.key is None,
                look_for_keys=False,
                timeout=CONNECT_SECONDS,
                banner_timeout=CONNECT_SECONDS,
                auth_timeout=CONNECT_SECONDS,
                sock=channel,
            )
            transport = client.get_transport()
            if transport is None:
                raise EOFError(f"{address} closed the connection at once")
            transport.set_keepalive(15)
            following = _next(self._address, address)
            if following is not None:
                channel = transport.open_channel(
                    "direct-tcpip", (following.host, following.port), ("127.0.0.1", 0)
                )

    def _run(self, command: Command) -> Result:
        line, given = shlex.join(command.arguments), command.stdin
        if command.as_root and self._address.user != "root":
            sudo = self._sudo or self._find_sudo()
            line = shlex.join((*sudo, *command.arguments))
            if "-S" in sudo:
                given = f"{self._address.sudo_password}\n".encode() + (given or b"")
        return self._execute(line, given, command.timeout, str(command))

    def _find_sudo(self) -> tuple[str, ...]:
        """Whether sudo asks for a password; -k makes it ask each time, so that stdin is never misread."""
        tried = self._execute("sudo -n true", None, CONNECT_SECONDS)
        if tried.exit_code == NOT_FOUND:
            raise AuthenticationError(
                f"{self.name}: there is no sudo, and {self._address.user} is not root",
                "Install sudo there and allow that user, or log in as root: pulumi config set zeek.user root",
            )
        if tried.exit_code == 0:
            self._sudo = ("sudo", "-n", "--")
        elif self._address.sudo_password is not None:
            self._sudo = ("sudo", "-k", "-S", "-p", "", "--")
        else:
            raise AuthenticationError(
                f"{self.name}: sudo asks for a password, and none is configured",
                "Set the machine's sudo_password, or allow the user NOPASSWD in /etc/sudoers.d.",
            )
        return self._sudo

    def _execute(self, line: str, given: bytes | None, timeout: float, label: str = "") -> Result:
        stdin, stdout, stderr = self._clients[-1].exec_command(line, timeout=timeout)
        try:
            if given is not None:
                stdin.write(given)
            stdin.channel.shutdown_write()
            with ThreadPoolExecutor(max_workers=1) as pool:
                errors = pool.submit(stderr.read)
                written = stdout.read()
                wrong = errors.result()
        except socket.timeout as error:  # noqa: UP041  # paramiko raises this very class on every Python
            stdout.channel.close()
            raise CommandTimeoutError(
                f"{self.name}: `{label or line}` did not end within {timeout:.0f} s",
                "See on the host what it waits for, and run the same command again.",
            ) from error
        return Result(
            exit_code=stdout.channel.recv_exit_status(),
            stdout=written.decode(errors="replace"),
            stderr=wrong.decode(errors="replace"),
        )

    def _put(self, upload: Upload) -> None:
        passing = f"/tmp/.lab-{uuid4().hex}"  # noqa: S108  # created exclusively, with mode 0600
        with self._clients[-1].open_sftp() as sftp, sftp.open(passing, "wx") as remote:
            remote.chmod(0o600)
            remote.set_pipelined(True)
            remote.write(upload.content)
        placed = self._run(
            Command(
                arguments=(
                    *("sh", "-c", INSTALL, "sh", passing, upload.path),
                    *(upload.owner, f"{upload.mode:o}", upload.sha256),
                ),
                as_root=upload.as_root,
            )
        )
        if placed.exit_code != 0:
            self._execute(shlex.join(("rm", "-f", passing)), None, CONNECT_SECONDS)
            raise TransferError(
                f"{self.name}: {upload.path} could not be put in its place: {placed.last_lines()}",
                "Check the disk's free space and the folder's rights, and run the same command again.",
            )


def _path(address: SshAddress) -> tuple[SshAddress, ...]:
    return (*(_path(address.jump) if address.jump else ()), address)


def _next(target: SshAddress, address: SshAddress) -> SshAddress | None:
    path = _path(target)
    position = path.index(address) + 1
    return path[position] if position < len(path) else None
