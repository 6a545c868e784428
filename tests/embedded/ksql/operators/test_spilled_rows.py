"""Rows of a join on disk: what is found of them, and what it costs to bring more."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from embedded.ksql.operators.spilled_rows import SpilledRows
from embedded.ksql.state.disk import Disk, Part, encode

HOUR = 3_600_000


class Watched(Part):
    """A part that counts the bytes of what is written to it."""

    __slots__ = ("written",)

    def __init__(self, of: Part) -> None:
        super().__init__(of._db, of.number)
        self.written = 0

    def put(self, entries: Iterable[tuple[bytes, Any]]) -> None:
        listed = list(entries)
        self.written += sum(len(encode(entry)) for _, entry in listed)
        super().put(listed)


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    made = Disk(tmp_path_factory.mktemp("state") / "disk")
    yield made
    made.close()


def test_rows_that_went_to_disk_at_several_times_are_found_in_order_of_time(disk: Disk) -> None:
    rows = SpilledRows(disk.part(), HOUR)
    rows.put([(b"a", 10, "first"), (b"a", 30, "third"), (b"ab", 30, "another key's")])
    rows.put([(b"a", 20, "second"), (b"a", 30, "later of the same time")])
    rows.put([(b"a", HOUR, "of the next bucket")])
    found = [row for _, row in rows.find(b"a", 10, HOUR)]
    assert found == ["first", "second", "third", "later of the same time", "of the next bucket"]
    assert rows.find(b"b", 0, HOUR) == []
    assert rows.count == 6


def test_they_are_all_in_what_a_snapshot_reads(disk: Disk) -> None:
    part = disk.part()
    rows = SpilledRows(part, HOUR)
    brought = [(key, time, f"{key!r} at {time}") for time in range(4) for key in (b"a", b"b" * 9)]
    for at in range(0, len(brought), 2):
        rows.put(brought[at : at + 2])
    assert sorted(SpilledRows.decoded(part.items())) == sorted(brought)


def test_a_busy_key_costs_what_comes_and_not_what_is_there(disk: Disk) -> None:
    watched = Watched(disk.part())
    rows = SpilledRows(watched, HOUR)
    costs = []
    for spill in range(40):
        before = watched.written
        rows.put([(b"busy", spill * 100 + at, "x" * 100) for at in range(100)])
        costs.append(watched.written - before)
    assert costs[-1] < 2 * costs[0]
    assert len(rows.find(b"busy", 0, HOUR)) == 4000
