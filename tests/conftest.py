"""What every test may ask for."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.kafka import broker
from embedded.kafka.settings import Settings
from tests.docker_engine import engine_host
from tests.kafka_broker import running_kafka

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where nobody's recordings and test vectors are beside the clone, leave out the tests that are about those.

    Each has its like on files of the repository's own, which runs everywhere.
    """
    if SHARED.is_dir():
        return
    others = [item for item in items if "shared" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """What is started here can be interrupted, also where a shell started the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real recordings and other people's test vectors beside the clone."""
    return SHARED


@pytest.fixture(scope="session")
def kafka() -> Iterator[Settings]:
    """A real Kafka broker of this test session's own; its `bootstrap` is what clients connect to."""
    with running_kafka() as settings:
        yield settings


@pytest.fixture(scope="session")
def engine_address() -> Iterator[str]:
    """The address of a Docker engine, one for the whole test session; what a test makes there, it removes."""
    with engine_host() as address:
        yield address


@pytest.fixture
def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on now."""
    return broker.free_port()
