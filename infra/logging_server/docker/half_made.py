"""What a killed `pulumi up` had the engine make, and Pulumi does not know: found by the state, removed by id.

Pulumi writes down that it is about to make a resource before it asks for it, and its id once it has it.
Killed in between, it leaves a pending operation; and on the engine, maybe, a container or a network whose
name is then in use. Volumes need nothing: one that is there already is taken over, with its data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import docker
import docker.errors

from infra.logging_server.docker.container import GENERATION_LABEL

_CONTAINER: Final = "docker:index/container:Container"
_NETWORK: Final = "docker:index/network:Network"
_PROVIDER: Final = "pulumi:providers:docker"


@dataclass(frozen=True)
class Begun:
    """A container or network that an `up` had begun to make. A network has no generation."""

    type: str
    name: str
    generation: str = ""


def engine(state: Mapping[str, Any]) -> str | None:
    """The address of the engine that a stack's state (`pulumi stack export`) is about; None without one."""
    resources = state["deployment"].get("resources") or []
    hosts = (each.get("inputs", {}).get("host") for each in resources if each["type"] == _PROVIDER)
    return next((str(host) for host in hosts if host), None)


def begun(state: Mapping[str, Any]) -> list[Begun]:
    """What the state says was begun and not finished."""
    operations = state["deployment"].get("pending_operations") or []
    making = (each["resource"] for each in operations if each["type"] == "creating")
    return [
        Begun(resource["type"], resource["inputs"]["name"], _generation(resource["inputs"]))
        for resource in making
        if resource["type"] in (_CONTAINER, _NETWORK)
    ]


def remove(client: docker.DockerClient, state: Mapping[str, Any]) -> list[str]:
    """Stop and remove what was begun, is on the engine, and is in no state; returns the names.

    A container is known by its name and the generation that this very `up` gave it, so that another stack's
    of the same name is left alone; a network in which somebody is, too.
    """
    known = {each.get("id") for each in state["deployment"].get("resources") or []}
    left = begun(state)
    containers = {each.name: each for each in left if each.type == _CONTAINER}
    networks = [each.name for each in left if each.type == _NETWORK]
    return [*_remove_containers(client, containers, known), *_remove_networks(client, networks, known)]


def _remove_containers(
    client: docker.DockerClient, left: Mapping[str, Begun], known: set[str | None]
) -> Iterator[str]:
    for name, wanted in left.items():
        try:
            container = client.containers.get(name)
        except docker.errors.NotFound:
            continue
        if container.id in known or container.labels.get(GENERATION_LABEL) != wanted.generation:
            continue
        # it may have begun to write to a volume that stays
        container.stop(timeout=container.attrs["Config"].get("StopTimeout") or 10)
        container.remove(force=True)
        yield name


def _remove_networks(client: docker.DockerClient, left: list[str], known: set[str | None]) -> Iterator[str]:
    for network in client.networks.list(names=left) if left else ():
        # the engine's filter takes parts of names as well
        if network.name not in left or network.id in known:
            continue
        network.reload()
        if not network.containers:
            network.remove()
            yield network.name


def _generation(inputs: Mapping[str, Any]) -> str:
    labels = inputs.get("labels") or []
    return next((str(each["value"]) for each in labels if each["label"] == GENERATION_LABEL), "")
