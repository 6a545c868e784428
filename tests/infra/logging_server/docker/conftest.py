"""A Docker engine for the tests that need a real one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from infra.logging_server.docker import engine as infra_engine
from tests.infra.logging_server.docker import standin


@pytest.fixture(scope="session")
def engine(engine_address: str) -> Iterator[docker.DockerClient]:
    """A Docker engine with the stand-in image."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-standin-") as folder,
        infra_engine.connect(engine_address) as client,
    ):
        standin.build(client, Path(folder))
        yield client
