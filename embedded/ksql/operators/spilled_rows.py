"""The rows of one side of a join that are on disk: by bucket of time, then by key."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from embedded.ksql.state.disk import Part, decode, ordered


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
        """Remembers rows, given as key, time and row; later ones were put into the join later."""
        buckets: dict[int, dict[bytes, list[tuple[int, Any]]]] = {}
        for key, time, row in rows:
            buckets.setdefault(time // self._width, {}).setdefault(key, []).append((time, row))
        for bucket, entries in buckets.items():
            added = sum(map(len, entries.values()))
            before = ordered(bucket)
            if bucket in self._counts:
                for key, entry in entries.items():
                    known = self._part.get(before + key)
                    if known:
                        entry[:0] = known
                        entry.sort(key=lambda each: each[0])
            self._part.put((before + key, entry) for key, entry in entries.items())
            self._counts[bucket] = self._counts.get(bucket, 0) + added
            self.count += added

    def find(self, key: bytes, low: int, high: int) -> list[tuple[int, Any]]:
        """The rows of a key from time `low` to `high`, both included, in order of time."""
        found: list[tuple[int, Any]] = []
        first, last = low // self._width, high // self._width
        for bucket in sorted(each for each in self._counts if first <= each <= last):
            entry = self._part.get(ordered(bucket) + key)
            if entry:
                start = bisect_left(entry, low, key=lambda each: each[0])
                found += entry[start : bisect_right(entry, high, key=lambda each: each[0])]
        return found

    def drop(self, bound: int) -> None:
        """Forgets buckets of which no row is later than `bound`."""
        gone = [bucket for bucket in self._counts if (bucket + 1) * self._width <= bound + 1]
        if gone:
            self._part.drop(ordered(min(gone)), ordered(max(gone) + 1))
            for bucket in gone:
                self.count -= self._counts.pop(bucket)

    @staticmethod
    def decoded(entries: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, int, Any]]:
        """The rows of entries as they are on disk, as `put` takes them."""
        for key, value in entries:
            for time, row in decode(value):
                yield key[8:], time, row
