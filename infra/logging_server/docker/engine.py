"""What the Docker engine says of itself before anything is made: memory, disk, ports, images."""

import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import docker.errors
import paramiko
import requests
from docker.models.containers import Container

from infra.errors import ConfigurationError, UnreachableError
from infra.logging_server.docker.configuration import LOCAL_ENGINE
from infra.logging_server.docker.container import STACK_LABEL


@contextmanager
def connect(host: str) -> Iterator[docker.DockerClient]:
    """A client of the engine at `host` (`unix://…`, `ssh://…`, `tcp://…` is refused).

    Raises:
        ConfigurationError: the address is of a kind that is not protected.
        UnreachableError: no engine answers there.
    """
    if not host.startswith(("unix://", "ssh://", "npipe://")):
        raise ConfigurationError(
            f"docker.host is {host!r}; allowed: unix://SOCKET or ssh://USER@MACHINE",
            f"pulumi config set docker.host {LOCAL_ENGINE}",
        )
    try:
        client = docker.DockerClient(base_url=host, timeout=30)
        client.ping()
    except paramiko.SSHException as error:
        raise UnreachableError(
            f"{host} cannot be reached by SSH: {error}",
            "Log in there once with ssh, so that its host key is in ~/.ssh/known_hosts, and let your key in.",
        ) from None
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise UnreachableError(
            f"no Docker engine answers at {host}: {error}",
            "Start it (systemctl start docker, or Docker Desktop), be in the group docker, or "
            "name another: pulumi config set docker.host ssh://USER@MACHINE",
        ) from None
    try:
        yield client
    finally:
        client.close()


def memory_mb(client: docker.DockerClient) -> int:
    """The memory of the engine's machine, in MB of 2^20 bytes."""
    return int(client.info()["MemTotal"]) // 2**20


def cpus(client: docker.DockerClient) -> int:
    """The CPUs of the engine's machine."""
    return int(client.info()["NCPU"])


def check_disk(client: docker.DockerClient, needed_gb: int) -> None:
    """Refuse an engine on this machine whose disk is nearly full; a remote engine does not tell.

    Raises:
        ConfigurationError: there is too little room where the engine keeps its data.
    """
    root = Path(client.info()["DockerRootDir"])
    if not root.exists():
        return  # on another machine, or in Docker Desktop's
    free = shutil.disk_usage(root).free // 10**9
    if free < needed_gb:
        raise ConfigurationError(
            f"{root}, where the Docker engine keeps its data, has {free} GB left of the {needed_gb} needed",
            "Make room (docker system df shows what the engine holds), or lower docker.disk_gb.",
        )


def check_ports(client: docker.DockerClient, prefix: str, wanted: Iterable[int]) -> None:
    """Refuse ports that a container of somebody else publishes.

    Raises:
        ConfigurationError: naming the port and the container.
    """
    ports = set(wanted)
    for container in client.containers.list():
        if container.labels.get(STACK_LABEL) == prefix:
            continue
        for port in sorted(_published(container) & ports):
            raise ConfigurationError(
                f"port {port} is taken by the container {container.name}",
                f"Stop it: docker stop {container.name}; or choose another address: "
                "pulumi config set docker.address ADDRESS",
            )


def own_ports(client: docker.DockerClient, prefix: str) -> set[int]:
    """The ports that this stack's running containers publish."""
    mine = client.containers.list(filters={"label": f"{STACK_LABEL}={prefix}"})
    return {port for container in mine for port in _published(container)}


def check_local_ports(address: str, wanted: Iterable[int]) -> None:
    """Refuse ports of this machine that a process outside the engine holds.

    Raises:
        ConfigurationError: naming the ports.
    """
    # whether somebody answers, not whether one may listen: the engine has rights that this user may not have
    taken = sorted(port for port in wanted if _answers(address, port))
    if taken:
        raise ConfigurationError(
            f"on {address}, somebody listens on {', '.join(map(str, taken))} already",
            "Stop what holds them (ss -ltnp shows it), or publish on another address of this machine: "
            "pulumi config set docker.address ADDRESS",
        )


def holds(client: docker.DockerClient, prefix: str) -> bool:
    """Whether the engine has containers of this stack already."""
    return bool(client.containers.list(all=True, filters={"label": f"{STACK_LABEL}={prefix}"}))


def check_images(client: docker.DockerClient, images: Iterable[str]) -> None:
    """Refuse images that are neither on the engine nor to be had from their registry.

    Raises:
        ConfigurationError: naming the image, and what the engine said.
    """
    for image in sorted(set(images)):
        if _has(client, image):
            continue
        try:
            client.images.get_registry_data(image)
        except (docker.errors.APIError, requests.RequestException) as error:
            raise ConfigurationError(
                f"the image {image} cannot be pulled: {_said(error)}",
                "Check the tag, and the engine's way to the registry. Confluent removes images of releases "
                "that are out of support. Use one that you have (docker load), or another release: "
                "pulumi config set docker.version NAME=TAG",
            ) from None


def _published(container: Container) -> set[int]:
    return {int(each["HostPort"]) for bindings in container.ports.values() for each in bindings or ()}


def _answers(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def _has(client: docker.DockerClient, image: str) -> bool:
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    return True


def _said(error: Exception) -> str:
    return str(getattr(error, "explanation", None) or error)
