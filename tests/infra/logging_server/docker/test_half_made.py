"""What a killed `up` left on the engine is removed by the next one, and nothing else is."""

import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from infra.logging_server.docker import half_made
from infra.logging_server.docker.container import GENERATION_LABEL
from tests.infra.logging_server.docker import standin

CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"


@pytest.fixture
def name(engine: docker.DockerClient) -> Iterator[str]:
    name = f"lab-half-made-{time.time_ns():x}"
    yield name
    for container in engine.containers.list(all=True, filters={"name": name}):
        container.remove(force=True)
    for network in engine.networks.list(names=[name]):
        network.remove()


def state(*operations: tuple[str, str, dict[str, Any]], known: tuple[str, ...] = ()) -> dict[str, Any]:
    """A state as `pulumi stack export` tells it, as far as is asked for here."""
    return {
        "deployment": {
            "resources": [
                {"type": "pulumi:providers:docker", "inputs": {"host": "unix:///engine"}},
                *({"type": CONTAINER, "id": each} for each in known),
            ],
            "pending_operations": [
                {"type": verb, "resource": {"type": kind, "inputs": inputs}}
                for verb, kind, inputs in operations
            ],
        }
    }


def container(name: str, generation: str) -> dict[str, Any]:
    return {"name": name, "labels": [{"label": GENERATION_LABEL, "value": generation}]}


def start(engine: docker.DockerClient, name: str, network: str = "none") -> str:
    made = engine.containers.run(
        standin.TAG, name=name, detach=True, labels={GENERATION_LABEL: "first"}, network=network
    )
    return str(made.id)


def names(engine: docker.DockerClient) -> set[str]:
    return {str(each.name) for each in engine.containers.list(all=True)}


def test_a_container_that_was_begun_and_is_in_no_state_is_removed(
    engine: docker.DockerClient, name: str
) -> None:
    start(engine, name)
    left = state(("creating", CONTAINER, container(name, "first")))
    assert half_made.remove(engine, left) == [name]
    assert name not in names(engine)
    assert half_made.remove(engine, left) == []


def test_a_container_that_the_state_has_since_stays(engine: docker.DockerClient, name: str) -> None:
    made = start(engine, name)
    left = state(("creating", CONTAINER, container(name, "first")), known=(made,))
    assert half_made.remove(engine, left) == []
    assert name in names(engine)


def test_another_stack_s_container_of_the_same_name_stays(engine: docker.DockerClient, name: str) -> None:
    start(engine, name)
    assert half_made.remove(engine, state(("creating", CONTAINER, container(name, "other")))) == []
    assert half_made.remove(engine, state(("deleting", CONTAINER, container(name, "first")))) == []
    assert half_made.remove(engine, state()) == []
    assert name in names(engine)


def test_a_network_goes_with_the_container_in_it_but_not_from_under_somebody_else(
    engine: docker.DockerClient, name: str
) -> None:
    engine.networks.create(name)
    start(engine, name, network=name)
    network = ("creating", NETWORK, {"name": name})
    assert half_made.remove(engine, state(network)) == []
    both = state(network, ("creating", CONTAINER, container(name, "first")))
    assert half_made.remove(engine, both) == [name, name]
    assert not engine.networks.list(names=[name])


def test_volumes_are_never_removed(engine: docker.DockerClient, name: str) -> None:
    volume = engine.volumes.create(name)
    try:
        begun = ("creating", "docker:index/volume:Volume", {"name": name})
        assert half_made.remove(engine, state(begun)) == []
        volume.reload()
    finally:
        volume.remove()


def test_a_state_tells_its_engine() -> None:
    assert half_made.engine(state()) == "unix:///engine"
    assert half_made.engine({"deployment": {}}) is None
