"""The memory that the rows take is known, and bounded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.ksql.engine import Engine
from embedded.ksql.run import Runner
from embedded.ksql.state.disk import Disk
from embedded.ksql.state.memory import Memory
from embedded.ksql.state.sizes import share
from tests.embedded.ksql.given import record

STATEMENTS = """
    CREATE STREAM l (k VARCHAR KEY, a VARCHAR) WITH (KAFKA_TOPIC = 'l', VALUE_FORMAT = 'JSON');
    CREATE STREAM r (k VARCHAR KEY, b VARCHAR) WITH (KAFKA_TOPIC = 'r', VALUE_FORMAT = 'JSON');
    CREATE STREAM o AS SELECT l.k, a, b FROM l JOIN r WITHIN 1 HOUR GRACE PERIOD 1 DAY ON l.k = r.k;
"""


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    made = Memory(1 << 20, tmp_path / "state", interval=100)
    yield made
    made.clear()


def runner(memory: Memory) -> Runner:
    engine = Engine()
    engine.execute(STATEMENTS)
    return Runner(engine.queries.values(), memory=memory)


def test_a_row_weighs_what_its_values_do_and_a_shared_one_once() -> None:
    text = os.urandom(500).hex()
    alone = share([os.urandom(500).hex()])
    assert 1000 < alone < 1200
    row = [text]
    del text
    holders = [[row], [row]]
    del row
    assert 1000 < sum(share(each) for each in holders) < 1300


def test_rows_beyond_the_limit_go_to_disk_and_are_still_found(memory: Memory) -> None:
    queries = runner(memory)
    for number in range(5000):
        queries.feed(record("l", f"k{number}", {"A": f"{number}" * 50}, number * 1000))
    assert memory.bytes_in_memory <= 1 << 20
    assert memory.bytes_on_disk
    assert sum(state.in_memory() for task in queries.tasks for state in task.states) < 4000
    assert queries.tasks[0].state_rows() == 5000
    found = [made for n in range(5000) for made in queries.feed(record("r", f"k{n}", {"B": "1"}, n * 1000))]
    assert len(found) == 5000


def test_as_long_as_all_fits_nothing_is_on_disk(memory: Memory) -> None:
    queries = runner(memory)
    for number in range(1000):
        queries.feed(record("l", f"k{number}", {"A": "x"}, number))
    assert 0 < memory.bytes_in_memory < 1 << 20
    assert memory.bytes_on_disk == 0


def test_the_folder_is_private_and_what_an_earlier_process_left_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    (folder / "snapshot-0").write_text("old", encoding="utf-8")
    Memory(0, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not list(folder.iterdir())


def test_a_part_that_nobody_has_any_more_is_deleted(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk")
    part = disk.part()
    part.put([(b"a", 1)])
    number = part.number
    del part
    disk.sweep()
    with disk.freeze(tmp_path / "frozen") as frozen:
        assert not list(frozen.items(number))
    disk.close()


def test_what_is_frozen_stays_as_it_was(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk")
    part = disk.part()
    part.put([(b"a", 1), (b"b", 2)])
    with disk.freeze(tmp_path / "frozen") as frozen:
        part.put([(b"a", 3)])
        part.delete(b"b")
        assert [key for key, _ in frozen.items(part.number)] == [b"a", b"b"]
    assert part.get(b"a") == 3
    assert not (tmp_path / "frozen").exists()
    disk.close()
