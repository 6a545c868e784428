"""What a real Docker engine says of itself, and what is refused because of it."""

import socket
import time
from collections.abc import Iterator

import docker
import pytest
from docker.errors import NotFound

from infra.errors import ConfigurationError, UnreachableError
from infra.logging_server.docker import engine as infra_engine
from infra.logging_server.docker.container import STACK_LABEL
from tests.conf.nginx.door import free_port
from tests.infra.logging_server.docker import standin


@pytest.fixture
def name(engine: docker.DockerClient) -> Iterator[str]:
    name = f"lab-engine-test-{time.time_ns():x}"
    yield name
    try:
        engine.containers.get(name).remove(force=True)
    except NotFound:
        return


def test_a_port_of_another_container_is_refused_by_name(engine: docker.DockerClient, name: str) -> None:
    port = free_port()
    engine.networks.create(name)
    try:
        engine.containers.run(
            standin.TAG, name=name, detach=True, network=name, ports={"8081/tcp": ("127.0.0.1", port)}
        )
        with pytest.raises(ConfigurationError, match=f"port {port} is taken by the container {name}"):
            infra_engine.check_ports(engine, "lab-other", {port})
        infra_engine.check_ports(engine, "lab-other", {port + 1})
    finally:
        engine.containers.get(name).remove(force=True)
        engine.networks.get(name).remove()


def test_a_port_of_a_process_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"on 127\.0\.0\.1, somebody listens on {port}"):
            infra_engine.check_local_ports("127.0.0.1", {port})
    infra_engine.check_local_ports("127.0.0.1", {port})


def test_an_image_that_is_there_needs_no_registry(engine: docker.DockerClient) -> None:
    infra_engine.check_images(engine, [standin.TAG])


def test_an_image_that_cannot_be_pulled_is_named_with_what_to_do(engine: docker.DockerClient) -> None:
    image = "127.0.0.1:9/no/such:1"
    with pytest.raises(ConfigurationError, match=f"the image {image} cannot be pulled") as error:
        infra_engine.check_images(engine, [image])
    assert "docker load" in error.value.remedy


def test_a_full_disk_is_refused_with_what_is_left(engine: docker.DockerClient) -> None:
    infra_engine.check_disk(engine, 1)
    root = engine.info()["DockerRootDir"]
    with pytest.raises(ConfigurationError, match=f"{root}.* GB left of the 1000000 needed"):
        infra_engine.check_disk(engine, 1_000_000)


def test_the_engine_tells_its_size(engine: docker.DockerClient) -> None:
    assert infra_engine.cpus(engine) >= 1
    assert infra_engine.memory_mb(engine) > 500


def test_a_stack_is_known_by_its_containers(engine: docker.DockerClient, name: str) -> None:
    assert not infra_engine.holds(engine, "lab-engine-test")
    engine.containers.create(standin.TAG, name=name, labels={STACK_LABEL: "lab-engine-test"})
    assert infra_engine.holds(engine, "lab-engine-test")


def test_no_engine_is_said_with_what_to_do() -> None:
    with (
        pytest.raises(UnreachableError, match="no Docker engine answers at unix:///no/such/socket") as error,
        infra_engine.connect("unix:///no/such/socket"),
    ):
        pass
    assert "pulumi config set docker.host" in error.value.remedy


def test_no_way_by_ssh_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (
        pytest.raises(UnreachableError, match=rf"ssh://nobody@127\.0\.0\.1:{port}"),
        infra_engine.connect(f"ssh://nobody@127.0.0.1:{port}"),
    ):
        pass


def test_an_engine_in_the_clear_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="tcp://"), infra_engine.connect("tcp://127.0.0.1:2375"):
        pass


def test_a_stack_s_own_ports_are_known_by_its_label(engine: docker.DockerClient, name: str) -> None:
    port = free_port()
    engine.networks.create(name)
    try:
        engine.containers.run(
            standin.TAG,
            name=name,
            detach=True,
            network=name,
            labels={STACK_LABEL: name},
            ports={"8081/tcp": ("127.0.0.1", port)},
        )
        assert infra_engine.own_ports(engine, name) == {port}
        assert infra_engine.own_ports(engine, "lab-other") == set()
    finally:
        engine.containers.get(name).remove(force=True)
        engine.networks.get(name).remove()
