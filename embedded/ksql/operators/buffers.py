"""What joins of streams remember: rows by key, in order of time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, Final

from embedded.ksql.operators.spilled_rows import SpilledRows
from embedded.ksql.state.disk import Disk
from embedded.ksql.state.held import State, pieces, some

_SLICES: Final = 4096
"""Into how many slices of time the rows in memory are divided at most."""

_LEAST_SLICE_MS: Final = 1000
_SLICES_A_BUCKET: Final = 256
"""How many of them are one bucket on disk."""

_NOTHING: Final = -(2**63)

_Entry = tuple[int, Any] | list[list[Any]]
"""What is remembered of a key: the time and row of its only row, or the times and the rows of several."""


class JoinBuffer(State):
    """Rows of one side of a stream-stream join, by key and in order of time.

    A row is seen while its time is later than the highest time put so far less `retention_ms`, as in Kafka
    Streams' window stores. Rows are dropped slice by slice of time, so that a lookup never walks them, and go
    to disk so: a lookup of the time that is in memory never asks the disk.
    """

    __slots__ = (
        "_count", "_dropped", "_keys", "_order", "_slices", "_spilled", "_until", "_width", "latest",
        "retention_ms",
    )  # fmt: skip

    def __init__(self, retention_ms: int) -> None:
        self.retention_ms = retention_ms
        self.latest = -1
        self._keys: dict[bytes, _Entry] = {}
        self._width = max(retention_ms // _SLICES, _LEAST_SLICE_MS)
        self._slices: dict[int, list[bytes]] = {}
        self._order: list[int] = []
        self._dropped = 0
        self._count = 0
        self._spilled: SpilledRows | None = None
        self._until = _NOTHING

    def put(self, key: bytes, row: Any, time: int) -> None:
        """Remembers a row, unless it is too old already."""
        if time > self.latest:
            self.latest = time
            if (time - self.retention_ms) // self._width > self._dropped:
                self._drop()
        elif time <= self.latest - self.retention_ms:
            return
        # as `_add`, without the call: every row passes here
        known = self._slices.get(time // self._width)
        if known is None:
            self._begin(time, key)
        else:
            known.append(key)
        self._count += 1
        entry = self._keys.get(key)
        if entry is None:
            self._keys[key] = (time, row)
        else:
            self._insert(key, entry, row, time)

    def _add(self, key: bytes, row: Any, time: int) -> None:
        known = self._slices.get(time // self._width)
        if known is None:
            self._begin(time, key)
        else:
            known.append(key)
        self._count += 1
        entry = self._keys.get(key)
        if entry is None:
            self._keys[key] = (time, row)
        else:
            self._insert(key, entry, row, time)

    def _begin(self, time: int, key: bytes) -> None:
        number = time // self._width
        self._slices[number] = [key]
        heappush(self._order, number)

    def _insert(self, key: bytes, entry: _Entry, row: Any, time: int) -> None:
        if isinstance(entry, tuple):
            entry = self._keys[key] = [[entry[0]], [entry[1]]]
        times, rows = entry
        if time >= times[-1]:
            times.append(time)
            rows.append(row)
        else:
            at = bisect_right(times, time)
            times.insert(at, time)
            rows.insert(at, row)

    def find(self, key: bytes, low: int, high: int) -> Sequence[tuple[int, Any]]:
        """The rows of `key` from time `low` to `high`, both included, in order of time."""
        entry = self._keys.get(key)
        if entry is None and low >= self._until:
            return ()
        low = max(low, self.latest - self.retention_ms + 1)
        found: Sequence[tuple[int, Any]] = ()
        if isinstance(entry, tuple):
            if low <= entry[0] <= high:
                found = (entry,)
        elif entry is not None:
            times, rows = entry
            first = bisect_left(times, low)
            last = bisect_right(times, high)
            found = list(zip(times[first:last], rows[first:last], strict=True))
        if low < self._until and self._spilled is not None:
            cold = self._spilled.find(key, low, high)
            if cold:
                return sorted([*cold, *found], key=lambda each: each[0])
        return found

    def _drop(self) -> None:
        bound = self.latest - self.retention_ms
        first = bound // self._width
        while self._order and self._order[0] < first:
            for key in self._slices.pop(heappop(self._order)):
                self._take(key, bound)
        if self._spilled is not None:
            self._spilled.drop(bound)
        self._dropped = first

    def _take(self, key: bytes, last: int) -> Sequence[tuple[int, Any]]:
        """Takes out a key's rows up to time `last`, included."""
        entry = self._keys.get(key)
        if entry is None:
            return ()
        if isinstance(entry, tuple):
            if entry[0] > last:
                return ()
            self._count -= 1
            del self._keys[key]
            return (entry,)
        times, rows = entry
        old = bisect_right(times, last)
        taken = list(zip(times[:old], rows[:old], strict=True))
        self._count -= old
        if old == len(times):
            del self._keys[key]
        else:
            del times[:old]
            del rows[:old]
        return taken

    def rows(self) -> int:
        """How many rows are remembered."""
        return self._count + (self._spilled.count if self._spilled is not None else 0)

    def in_memory(self) -> int:
        """How many of them are in memory."""
        return self._count

    def sample(self) -> Iterable[Any]:
        """Some of those in memory."""
        for key, entry in some(self._keys.items()):
            if isinstance(entry, tuple):
                yield key, entry
            else:
                yield from ((key, each) for each in zip(*entry, strict=True))

    def spill(self, count: int, disk: Disk) -> None:
        """Moves the oldest slices to disk."""
        if self._spilled is None:
            self._spilled = SpilledRows(self.on(disk), self._width * _SLICES_A_BUCKET)
        moved: list[tuple[bytes, int, Any]] = []
        while self._order and len(moved) < count:
            number = heappop(self._order)
            last = (number + 1) * self._width - 1
            for key in self._slices.pop(number):
                moved += [(key, time, row) for time, row in self._take(key, last)]
            self._until = max(self._until, last + 1)
        self._spilled.put(moved)

    def dump(self) -> Iterator[Any]:
        """The time, then the rows in memory."""
        yield self.latest
        yield from pieces(self._keys.items())

    def load(self, piece: Any) -> None:
        """Takes the time, or rows."""
        if isinstance(piece, int):
            self.latest = piece
            self._dropped = (piece - self.retention_ms) // self._width
            return
        for key, entry in piece:
            for time, row in (entry,) if isinstance(entry, tuple) else zip(*entry, strict=True):
                self._add(key, row, time)

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes rows of a disk."""
        for key, time, row in SpilledRows.decoded(entries):
            self._add(key, row, time)
