"""What is said of containers that do not serve, and that they are made anew."""

import time
from collections.abc import Iterator

import docker
import pytest
from docker.errors import NotFound
from docker.types import Healthcheck

from infra.logging_server.docker import condition
from infra.logging_server.docker.container import GENERATION_LABEL, STACK_LABEL
from tests.infra.logging_server.docker import standin

TENTH = 10**8
"""Of a second, as the engine counts: in ns."""


@pytest.fixture
def name(engine: docker.DockerClient) -> Iterator[str]:
    name = f"lab-engine-test-{time.time_ns():x}"
    yield name
    try:
        engine.containers.get(name).remove(force=True)
    except NotFound:
        return


def start(engine: docker.DockerClient, name: str, *, check: str = "exit 0") -> None:
    engine.containers.run(
        standin.TAG,
        name=name,
        detach=True,
        labels={GENERATION_LABEL: "first", STACK_LABEL: "lab-engine-test"},
        healthcheck=Healthcheck(test=["CMD", "/bin/bash", "-c", check], interval=TENTH, retries=1),
        network_mode="none",
    )


def await_health(engine: docker.DockerClient, name: str, health: str) -> None:
    deadline = time.monotonic() + 30
    while engine.api.inspect_container(name)["State"]["Health"]["Status"] != health:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_container_that_serves_keeps_its_generation(engine: docker.DockerClient, name: str) -> None:
    start(engine, name)
    assert condition.generation(engine, name) == "first"
    await_health(engine, name, "healthy")
    assert condition.generation(engine, name) == "first"


def test_one_that_is_gone_down_or_unhealthy_gets_another(engine: docker.DockerClient, name: str) -> None:
    assert condition.generation(engine, name) != condition.generation(engine, name)
    start(engine, name, check="exit 1")
    await_health(engine, name, "unhealthy")
    assert condition.generation(engine, name) != "first"
    engine.containers.get(name).stop(timeout=5)
    assert condition.generation(engine, name) != "first"


def test_one_that_does_not_serve_is_told_of_with_what_it_said(engine: docker.DockerClient, name: str) -> None:
    start(engine, name)
    assert condition.ailing(engine, "lab-engine-test") == []
    engine.containers.get(name).remove(force=True)
    start(engine, name, check="echo no answer; exit 1")
    await_health(engine, name, "unhealthy")
    (complaint,) = condition.ailing(engine, "lab-engine-test")
    assert complaint.startswith(f"{name} is unhealthy\n  its health check said: no answer")
    assert "memory" in complaint  # of what the stand-in says when it starts
    engine.containers.get(name).stop(timeout=5)
    (complaint,) = condition.ailing(engine, "lab-engine-test")
    assert complaint.startswith(f"{name} ended with 0")
