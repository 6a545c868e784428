"""What a stack's engine has that its state does not tell: removed after a killed command, told after a failed one."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from cli.stack import on_engine
from cli.stack.process import PulumiFailedError
from infra.logging_server.docker import engine as infra_engine
from infra.logging_server.docker.container import GENERATION_LABEL, STACK_LABEL
from tests.cli.conftest import Project
from tests.infra.logging_server.docker import standin

NAME = "lab-here-nginx"


@pytest.fixture(scope="module")
def host(engine_address: str) -> str:
    """The address of an engine with the stand-in image."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-standin-") as folder,
        infra_engine.connect(engine_address) as client,
    ):
        standin.build(client, Path(folder))
    return engine_address


@pytest.fixture
def engine(host: str) -> Iterator[docker.DockerClient]:
    with infra_engine.connect(host) as client:
        yield client
        for container in client.containers.list(all=True, filters={"name": NAME}):
            container.remove(force=True)


def start(engine: docker.DockerClient, *, command: list[str] | None = None) -> None:
    labels = {GENERATION_LABEL: "first", STACK_LABEL: "lab-here"}
    engine.containers.run(standin.TAG, command, name=NAME, detach=True, labels=labels, network="none")


def kill_midway(project: Project, host: str) -> None:
    """Give the project the state of a stack on this engine whose `up` was killed while it made a container."""
    assert project.pulumi("up", "--yes", "--skip-preview").returncode == 0
    # in the file itself: `pulumi stack import` leaves out what is under way
    (file,) = (project.folder.parent / "state" / ".pulumi" / "stacks").rglob("here.json")
    told = json.loads(file.read_text())
    deployment = told["checkpoint"]["latest"]
    stack = deployment["resources"][0]["urn"].rsplit("::", 2)[0]
    deployment["resources"].append(
        {
            "urn": f"{stack}::pulumi:providers:docker::engine",
            "type": "pulumi:providers:docker",
            "custom": True,
            "id": "00000000-0000-4000-8000-000000000000",
            "inputs": {"host": host},
        }
    )
    kind = "docker:index/container:Container"
    inputs = {"name": NAME, "labels": [{"label": GENERATION_LABEL, "value": "first"}]}
    resource = {"urn": f"{stack}::{kind}::nginx", "type": kind, "custom": True, "inputs": inputs}
    deployment["pending_operations"] = [{"type": "creating", "resource": resource}]
    file.write_text(json.dumps(told))


def test_a_container_that_a_killed_command_was_making_is_removed_and_named(
    project: Project, host: str, engine: docker.DockerClient, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_midway(project, host)
    start(engine)
    on_engine.remove_half_made("here", project.environment, project.folder)
    assert f"removed {NAME}" in capsys.readouterr().err
    assert not engine.containers.list(all=True, filters={"name": NAME})


def test_when_pulumi_fails_the_containers_that_do_not_serve_say_why(
    project: Project, host: str, engine: docker.DockerClient, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_midway(project, host)
    start(engine, command=["/bin/bash", "-c", "echo no room left; exit 3"])
    assert engine.containers.get(NAME).wait()["StatusCode"] == 3
    with (
        pytest.raises(PulumiFailedError),
        on_engine.reasons("here", project.environment, project.folder),
    ):
        raise PulumiFailedError("pulumi up ended with 255.", "Read on.")
    said = capsys.readouterr().err
    assert f"{NAME} ended with 3" in said
    assert "no room left" in said


def test_a_stack_without_an_engine_has_nothing_to_remove_and_nothing_to_add(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    on_engine.remove_half_made("here", project.environment, project.folder)
    with (
        pytest.raises(PulumiFailedError),
        on_engine.reasons("here", project.environment, project.folder),
    ):
        raise PulumiFailedError("pulumi up ended with 255.", "Read on.")
    assert not capsys.readouterr().err
