"""A Docker engine for the tests that need a real one."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from infra.logging_server.docker import engine as infra_engine
from infra.logging_server.docker.configuration import LOCAL_ENGINE
from tests.infra.logging_server.docker import standin

START_SECONDS = 60


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """A Docker engine with the stand-in image: one of this session's own as root on Linux, else the user's."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-docker-") as folder,
        _engine(Path(folder)) as host,
        infra_engine.connect(host) as client,
    ):
        standin.build(client, Path(folder))
        yield client


@contextmanager
def _engine(folder: Path) -> Iterator[str]:
    if sys.platform != "linux" or os.geteuid() != 0:
        yield os.environ.get("DOCKER_HOST", LOCAL_ENGINE)
        return
    dockerd = shutil.which("dockerd", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
    if dockerd is None:
        raise FileNotFoundError(
            "dockerd is not installed, and the containers' settings are given to a real engine: "
            "apt-get install docker.io"
        )
    host = f"unix://{folder}/socket"
    arguments = [
        dockerd,
        f"--host={host}",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid",
        "--bridge=none",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(host, process, folder / "log")
        yield host
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await(host: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client = docker.DockerClient(base_url=host)
            client.ping()
            client.close()
        except DockerException:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8")[-3000:])
