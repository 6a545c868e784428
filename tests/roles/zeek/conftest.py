"""A Debian server that becomes a sensor, and the way to it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
import testinfra.host
from pydantic import SecretStr

from infra.logging_server.docker import engine as infra_engine
from infra.provision.run import Progress, apply
from infra.provision.ssh import SshHost
from infra.provision.step import Role
from infra.tls.certificates import make_authority, make_leaf
from roles.linux import distribution
from roles.linux.apt import Repository
from roles.zeek.role import zeek_server
from roles.zeek.settings import ZeekSettings
from tests.debian_host.container import DebianHost, debian_host
from tests.debian_host.image import image
from tests.debian_host.packages import USER_ID, serve
from tests.debian_host.packages import Repository as Stored


@dataclass
class Sensor:
    """A server, the way to it, and the role that shall be on it."""

    debian: DebianHost
    ssh: SshHost
    role: Role
    pins: Path
    url: str
    told: list[str]

    @property
    def inside(self) -> Any:
        """What testinfra sees of the server, over SSH and sudo."""
        pinned = f"-o UserKnownHostsFile={self.pins} -o StrictHostKeyChecking=yes"
        return testinfra.host.get_host(
            f"ssh://{self.debian.address.user}@{self.debian.address.host}",
            ssh_identity_file=str(self.debian.address.key_file),
            ssh_extra_args=pinned,
            sudo=True,
        )


def repository(name: str, url: str, key: str) -> Repository:
    return Repository(name=name, line=f"{url}/ ./", key_url=f"{url}/Release.key", key=key)


def settings_of(zeek_version: str = "lts") -> ZeekSettings:
    """Those of a sensor that is not made."""
    return ZeekSettings(
        interface="eth0",
        zeek_version=zeek_version,
        logging_server="x",
        ca_certificate="",
        client_certificate="",
        client_key=SecretStr(""),
    )


@pytest.fixture(scope="module")
def engine(engine_address: str) -> Iterator[docker.DockerClient]:
    with infra_engine.connect(engine_address) as client:
        yield client


@pytest.fixture(scope="module")
def sensor(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sensor]:
    with made_sensor(engine, tmp_path_factory.mktemp("sensor"), "12") as made:
        yield made


@contextmanager
def made_sensor(engine: docker.DockerClient, folder: Path, release: str) -> Iterator[Sensor]:
    """A server with a release of Debian, whose package repositories are the tests' own."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    stored = Stored(folder / "packages", folder / "gnupg")
    stored.make()
    (folder / "served").mkdir()
    for vendor in ("debian", "zeek", "elastic"):
        (folder / "served" / vendor).symlink_to(stored.folder)
    with debian_host(engine, image(engine, release), key) as debian:
        authority = make_authority("tests", days=1)
        leaf = make_leaf(authority, "packages", [debian.gateway], days=1)
        (folder / "packages.crt").write_text(leaf.certificate)
        (folder / "packages.key").write_text(leaf.private_key)
        server = serve(folder / "served", debian.gateway, folder / "packages.crt", folder / "packages.key")
        url = f"https://{debian.gateway}:{server.server_port}"
        _trust(debian, authority.certificate)
        told: list[str] = []
        ssh = SshHost(debian.address, folder / "pins", told.append)
        settings = ZeekSettings(
            interface="eth0",
            logging_server="logs.lab.example",
            ca_certificate=authority.certificate,
            client_certificate=leaf.certificate,
            client_key=SecretStr(leaf.private_key),
        )
        role = zeek_server(
            settings,
            distribution.read(ssh),
            zeek_packages=repository("zeek", f"{url}/zeek", USER_ID),
            elastic_packages=repository("elastic", f"{url}/elastic", stored.fingerprint),
        )
        yield Sensor(debian, ssh, role, folder / "pins", url, told)
        ssh.close()
        server.shutdown()


def _trust(debian: DebianHost, authority: str) -> None:
    """The server trusts the authority of the tests' package repository, as it would a public one."""
    target = "/usr/local/share/ca-certificates/tests.crt"
    debian.read(
        "sh", "-c", f"cat >{target} <<'END'\n{authority}END\nupdate-ca-certificates --fresh >/dev/null"
    )


@pytest.fixture(scope="module")
def applied(sensor: Sensor) -> Sensor:
    """The server with the role on it; a test that changes it puts that right, and the last one takes it off."""
    list(apply(sensor.ssh, sensor.role, ignored))
    return sensor


def ignored(progress: Progress) -> None:
    del progress
