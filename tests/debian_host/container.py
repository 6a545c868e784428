"""The running server: reached by SSH as a user with sudo, rebooted by its own systemd."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import docker
from docker.models.containers import Container

from infra.provision.ssh import SshAddress

CAPABILITIES: Final = ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_TIME"]


@dataclass
class DebianHost:
    """One Debian server in a container."""

    container: Container
    gateway: str
    """The engine's address on the container's network: what the server reaches us by."""
    address: SshAddress

    def read(self, *command: str) -> str:
        """Run a command as root, past SSH; its output."""
        done = self.container.exec_run(list(command))
        assert done.exit_code == 0, f"{command}: {done.output!r}"
        assert isinstance(done.output, bytes)
        return done.output.decode()

    def reboot(self) -> None:
        """Stop and start the whole machine."""
        self.container.restart(timeout=20)
        await_ssh(self.address)


@contextmanager
def debian_host(client: docker.DockerClient, image: str, key: Path) -> Iterator[DebianHost]:
    """Run a server whose user `analyst` lets in `key`, on a network of its own."""
    name = f"lab-{uuid4().hex[:8]}"
    network = client.networks.create(name, options={"com.docker.network.bridge.name": name})
    container = client.containers.run(
        image,
        detach=True,
        network=name,
        cap_add=CAPABILITIES,
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        volumes={"/sys/fs/cgroup": {"bind": "/sys/fs/cgroup", "mode": "rw"}},
        tmpfs={"/run": "", "/run/lock": ""},
        environment={"container": "docker"},
        # what has systemd stop the machine; at the engine's own signal it would only start itself anew
        stop_signal="SIGRTMIN+3",
        labels={"flow-attribution-lab": "test"},
    )
    try:
        container.reload()
        place = container.attrs["NetworkSettings"]["Networks"][name]
        authorize = (
            "install -d -m 700 -o analyst -g analyst /home/analyst/.ssh && "
            f"echo '{key.with_suffix('.pub').read_text().strip()}' >/home/analyst/.ssh/authorized_keys && "
            "chown analyst: /home/analyst/.ssh/authorized_keys"
        )
        done = container.exec_run(["sh", "-c", authorize])
        assert done.exit_code == 0, done.output
        address = SshAddress(host=place["IPAddress"], user="analyst", key_file=key)
        await_ssh(address)
        yield DebianHost(container, place["Gateway"], address)
    finally:
        container.remove(force=True, v=True)
        network.remove()


def await_ssh(address: SshAddress) -> None:
    """Wait until sshd greets."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with closing(socket.create_connection((address.host, address.port), timeout=2)) as probe:
                probe.settimeout(2)
                if probe.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not greet")
