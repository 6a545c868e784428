"""The statements write the same when nothing that they hold fits into memory."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from embedded.ksql.state.memory import Memory
from tests.ksql.fusion import ARRIVAL, written
from tests.ksql.records import record
from tests.ksql.seen import Seen
from tests.ksql.strategies import happenings


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    made = Memory(0, tmp_path_factory.mktemp("state"), interval=1)
    yield made
    made.clear()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(happenings())
def test_the_statements_write_the_same_from_disk(memory: Memory, seen: list[Seen]) -> None:
    arriving = [record(item, ARRIVAL + number) for number, item in enumerate(seen)]
    assert written(arriving, memory) == written(arriving)
    assert memory.bytes_in_memory == 0
