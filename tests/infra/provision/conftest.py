"""A real sshd of the tests' own, on loopback, with keys made for it."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from embedded.kafka.broker import free_port
from infra.provision.ssh import SshAddress, SshHost


@dataclass
class Sshd:
    """A running sshd: how to log in, and what its users were told."""

    folder: Path
    port: int
    told: list[str] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def pins(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def address(self) -> SshAddress:
        return SshAddress(
            host="127.0.0.1", user=getpass.getuser(), port=self.port, key_file=self.folder / "user_key"
        )

    def host(self, address: SshAddress | None = None) -> SshHost:
        return SshHost(address or self.address, self.pins, self.told.append)

    def make_key(self, name: str) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        return path

    def start(self) -> None:
        program = shutil.which("sshd") or "/usr/sbin/sshd"
        assert Path(program).exists(), "these tests need sshd: install openssh-server"
        self.process = subprocess.Popen(
            [program, "-D", "-e", "-f", str(self.folder / "sshd_config")], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("sshd did not start")

    def stop(self) -> None:
        """Stop it as a crash would: the listener and every session."""
        assert self.process is not None
        for session in psutil.Process(self.process.pid).children(recursive=True):
            session.kill()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    tmp_path.chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)
    server = Sshd(folder=tmp_path, port=free_port())
    server.make_key("host_key")
    public = server.make_key("user_key").with_suffix(".pub")
    (tmp_path / "authorized_keys").write_text(public.read_text())
    (tmp_path / "sshd_config").write_text(
        f"""Port {server.port}
ListenAddress 127.0.0.1
HostKey {tmp_path}/host_key
AuthorizedKeysFile {tmp_path}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
Subsystem sftp internal-sftp
"""
    )
    server.start()
    yield server
    server.stop()
