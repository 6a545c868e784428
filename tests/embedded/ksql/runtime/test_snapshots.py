from collections.abc import Iterable
from pathlib import Path

import pytest

from embedded.ksql.record import Record
from embedded.ksql.runtime import snapshots
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.snapshots import CHUNK, Assembly, Head, ReaderPlace, framed


def head(journal: int) -> Head:
    readers = (ReaderPlace("Q_1/0", 0, {"a": 5}, ("b",)), ReaderPlace("Q_1/1", 2, {}, ()))
    return Head(journal, {"b": 9}, readers)


def records(journal: int, *pieces: tuple[int, bytes], name: str = "x") -> list[Record]:
    stream = [snapshots.encode(head(journal)), *(framed(*piece) for piece in pieces)]
    return [Record("snapshots", key, value, 0) for key, value in snapshots.chunks(journal, name, stream)]


def latest(folder: Path, found: Iterable[Record]) -> tuple[Head, list[tuple[int, bytes]]] | None:
    assembly = Assembly(folder)
    for record in found:
        assembly.take(record)
    kept = assembly.latest()
    if kept is None:
        return None
    with kept:
        return kept.head, list(kept.pieces())


@pytest.mark.parametrize("size", [0, 1, CHUNK, 3 * CHUNK + 1])
def test_a_snapshot_comes_back_as_it_was_and_leaves_no_file(tmp_path: Path, size: int) -> None:
    pieces = [(0, b"x" * size), (1, b""), (0, b"y")]
    assert latest(tmp_path, records(7, *pieces)) == (head(7), pieces)
    assert not list(tmp_path.iterdir())


def test_the_newest_counts(tmp_path: Path) -> None:
    assert latest(tmp_path, [*records(7, (0, b"old")), *records(9, (0, b"new"))]) == (head(9), [(0, b"new")])
    assert not list(tmp_path.iterdir())


def test_one_that_is_not_complete_does_not_count(tmp_path: Path) -> None:
    torn = records(9, (0, b"x" * 2 * CHUNK))[:-1]
    assert latest(tmp_path, [*records(7), *torn]) == (head(7), [])
    assert latest(tmp_path, torn) is None


def test_two_instances_may_write_at_the_same_time_and_of_the_same_moment(tmp_path: Path) -> None:
    pieces = [[(0, each * 2 * CHUNK)] for each in (b"1", b"2")]
    first, second = records(9, *pieces[0], name="one"), records(9, *pieces[1], name="two")
    mixed = [record for pair in zip(first, second, strict=True) for record in pair]
    assert latest(tmp_path, mixed) == (head(9), pieces[1])


def test_a_snapshot_of_another_version_of_the_engine_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (record,) = records(1)
    record.value = b"\x00\x00\x00\x01" + (record.value or b"")[4:]
    with pytest.raises(RuntimeFailureError, match="bring it up anew"):
        latest(tmp_path, [record])
    with pytest.raises(RuntimeFailureError, match="bring it up anew"):
        latest(tmp_path, [Record("snapshots", b"1/1/1", b"", 0)])
