"""The rows of one side of a join that are on disk: by bucket of time, then by key, piece after piece.

What goes there at once of a key is a piece, which is never written again: a busy process may have tens of
thousands of rows in one bucket, and they come a few at a time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Final

from embedded.ksql.state.disk import Part, decode, ordered

_FIRST: Final = b"\0"
"""After the bucket and before the key: its first piece. Most keys have no other."""
_FURTHER: Final = b"\1"
"""How many more pieces there are, if there are any."""
_PIECE: Final = b"\2"
"""One of these, with its number after the key."""
_NUMBER: Final = len(ordered(0))
"""Bytes of a bucket's number, and of a piece's."""

_Piece = list[tuple[int, Any]]
"""Times and rows, in order of time."""


class SpilledRows:
    """Rows by key and time. `count` is how many there are.

    Args:
        part: where they go.
        width: of a bucket, in ms. What is dropped is dropped by buckets.
    """

    def __init__(self, part: Part, width: int) -> None:
        self.count = 0
        self._part = part
        self._width = width
        self._counts: dict[int, int] = {}

    def put(self, rows: Iterable[tuple[bytes, int, Any]]) -> None:
        """Remembers rows, given as key, time and row, each key's in order of time.

        Of those of one time, later ones were put into the join later.
        """
        buckets: dict[int, dict[bytes, _Piece]] = {}
        for key, time, row in rows:
            buckets.setdefault(time // self._width, {}).setdefault(key, []).append((time, row))
        for bucket, pieces in buckets.items():
            self._part.put(self._written(bucket, pieces))
            added = sum(map(len, pieces.values()))
            self._counts[bucket] = self._counts.get(bucket, 0) + added
            self.count += added

    def _written(self, bucket: int, pieces: dict[bytes, _Piece]) -> Iterator[tuple[bytes, Any]]:
        place = ordered(bucket)
        for key, piece in pieces.items():
            further = self._further(place, key) if bucket in self._counts else None
            if further is None:
                yield place + _FIRST + key, piece
            else:
                yield place + _PIECE + key + ordered(further), piece
                yield place + _FURTHER + key, further + 1

    def _further(self, place: bytes, key: bytes) -> int | None:
        """How many pieces there are beyond the first; None where there is no first."""
        further: int | None = self._part.get(place + _FURTHER + key)
        if further is None and self._part.get(place + _FIRST + key) is not None:
            return 0
        return further

    def find(self, key: bytes, low: int, high: int) -> _Piece:
        """The rows of a key from time `low` to `high`, both included, in order of time."""
        found: _Piece = []
        first, last = low // self._width, high // self._width
        for bucket in sorted(each for each in self._counts if first <= each <= last):
            rows = self._rows(ordered(bucket), key)
            start = bisect_left(rows, low, key=lambda each: each[0])
            found += rows[start : bisect_right(rows, high, key=lambda each: each[0])]
        return found

    def _rows(self, place: bytes, key: bytes) -> _Piece:
        rows: _Piece | None = self._part.get(place + _FIRST + key)
        if rows is None:
            return []
        further: int = self._part.get(place + _FURTHER + key) or 0
        for number in range(further):
            rows += self._part.get(place + _PIECE + key + ordered(number))
        rows.sort(key=lambda each: each[0])
        return rows

    def drop(self, bound: int) -> None:
        """Forgets buckets of which no row is later than `bound`."""
        gone = [bucket for bucket in self._counts if (bucket + 1) * self._width <= bound + 1]
        if gone:
            self._part.drop(ordered(min(gone)), ordered(max(gone) + 1))
            for bucket in gone:
                self.count -= self._counts.pop(bucket)

    @staticmethod
    def decoded(entries: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, int, Any]]:
        """The rows of entries as they are on disk, as `put` takes them, but a key's piece by piece."""
        for entry, value in entries:
            tag, key = entry[_NUMBER : _NUMBER + 1], entry[_NUMBER + 1 :]
            if tag == _FURTHER:
                continue
            if tag == _PIECE:
                key = key[:-_NUMBER]
            for time, row in decode(value):
                yield key, time, row
