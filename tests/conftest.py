"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.kafka import broker
from embedded.kafka.settings import Settings
from tests.kafka_broker import running_kafka

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path | None:
    """The folder of real recordings and other people's test vectors beside the clone; None where it is absent."""
    folder = REPOSITORY.parent / "shared"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def kafka() -> Iterator[Settings]:
    """A real Kafka broker of this test session's own; its `bootstrap` is what clients connect to."""
    with running_kafka() as settings:
        yield settings


@pytest.fixture
def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on now."""
    return broker.free_port()
