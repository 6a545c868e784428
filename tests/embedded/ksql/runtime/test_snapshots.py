from collections.abc import Iterable

import pytest

from embedded.ksql.record import Record
from embedded.ksql.runtime import snapshots
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.snapshots import CHUNK, ReaderState, Snapshot


def snapshot(journal: int, size: int = 10) -> Snapshot:
    readers = (
        ReaderState("Q_1/0", 0, {"a": 5}, ("b",), b"x" * size),
        ReaderState("Q_1/1", 2, {}, (), b""),
    )
    return Snapshot(journal, {"b": 9}, readers)


def records(*kept: Snapshot) -> list[Record]:
    return [
        Record("snapshots", key, value, 0)
        for each in kept
        for key, value in snapshots.chunks(each.journal, snapshots.encode(each))
    ]


def without_last(found: Iterable[Record]) -> list[Record]:
    return list(found)[:-1]


@pytest.mark.parametrize("size", [0, 1, CHUNK, 3 * CHUNK + 1])
def test_a_snapshot_comes_back_as_it_was(size: int) -> None:
    assert snapshots.latest(records(snapshot(7, size))) == snapshot(7, size)


def test_the_newest_counts() -> None:
    assert snapshots.latest(records(snapshot(7), snapshot(9))) == snapshot(9)


def test_one_that_is_not_complete_does_not_count() -> None:
    torn = without_last(records(snapshot(9, 2 * CHUNK)))
    assert snapshots.latest([*records(snapshot(7)), *torn]) == snapshot(7)
    assert snapshots.latest(torn) is None


def test_two_instances_may_write_at_the_same_time() -> None:
    first, second = records(snapshot(7, 2 * CHUNK)), records(snapshot(9, 2 * CHUNK))
    mixed = [record for pair in zip(first, second, strict=True) for record in pair]
    assert snapshots.latest(mixed) == snapshot(9, 2 * CHUNK)


def test_a_snapshot_of_another_version_of_the_engine_is_refused_with_what_to_do() -> None:
    data = snapshots.encode(Snapshot(1, {}, ()))
    with pytest.raises(RuntimeFailureError, match="bring it up anew"):
        snapshots.decode(b"\x00\x00\x00\x01" + data[4:])
