"""A console of the tests' own, in a process of its own, on a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.running import (
    Running,
    Trust,
    eventually,
    make_topics,
    make_trust,
    remove_topics,
    running_console,
    running_kafka,
)


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def own_kafka() -> Iterator[str]:
    """The address of a broker that these tests have to themselves, as they remove its topics."""
    with running_kafka() as bootstrap:
        yield bootstrap


@pytest.fixture
def console(own_kafka: str, trust: Trust, tmp_path: Path) -> Iterator[Running]:
    """A console that has seen nothing yet, on topics that are there and empty."""
    remove_topics(own_kafka)
    make_topics(own_kafka)
    with running_console(own_kafka, trust, tmp_path) as running:
        with running.client() as client:
            eventually(lambda: client.get("/health").json()["live"], "the console has caught up")
        yield running
