"""Rows of an outer join that wait for a match."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from embedded.ksql.state.disk import Disk, decode, number, ordered
from embedded.ksql.state.held import State, pieces, some

_Place = tuple[int, int, bytes]
"""Time, side and key."""


class Waiting(State):
    """Rows of an outer join without a match so far, in order of time, side and key.

    Sides are 0 for the right one and 1 for the left one: Kafka Streams lists right ones first.
    """

    __slots__ = ("_count", "_live", "_order", "_spilled")

    def __init__(self) -> None:
        # None for rows that are on disk
        self._live: dict[_Place, list[Any] | None] = {}
        self._order: tuple[list[_Place], list[_Place]] = ([], [])
        self._count = [0, 0]
        self._spilled = 0

    def add(self, time: int, side: int, key: bytes, row: Any) -> None:
        """Remembers a row that waits."""
        entry = (time, side, key)
        if entry in self._live:
            rows = self._live[entry] = self._rows_at(entry)
            rows.append(row)
            return
        self._live[entry] = [row]
        self._count[side] += 1
        order = self._order[side]
        if order and entry < order[-1]:
            insort(order, entry)
        else:
            order.append(entry)

    def matched(self, time: int, side: int, key: bytes) -> None:
        """Forgets what waits at this time under this key."""
        entry = (time, side, key)
        if entry in self._live:
            if self._spilled:
                self._rows_at(entry)
            del self._live[entry]
            self._count[side] -= 1

    def _rows_at(self, entry: _Place) -> list[Any]:
        """The rows of a place, which are on disk no more."""
        rows = self._live[entry]
        if rows is None:
            assert self.part is not None  # noqa: S101 - something has been spilled
            rows = list(self.part.take(_disk_key(entry)))
            self._spilled -= 1
        return rows

    def _head(self, side: int) -> _Place | None:
        order = self._order[side]
        dead = 0
        while dead < len(order) and order[dead] not in self._live:
            dead += 1
        if dead:
            del order[:dead]
        return order[0] if order else None

    def _tail(self, side: int) -> _Place | None:
        order = self._order[side]
        while order and order[-1] not in self._live:
            order.pop()
        return order[-1] if order else None

    def expired(self, bounds: tuple[int, int]) -> list[tuple[int, int, bytes, list[Any]]]:
        """Takes out what is older than the bound of its side, in order."""
        taken: list[tuple[int, int, bytes, list[Any]]] = []
        while True:
            heads = [h for s in (0, 1) if (h := self._head(s)) is not None and h[0] < bounds[s]]
            if not heads:
                return taken
            first = min(heads)
            rows = self._rows_at(first)
            del self._live[first]
            self._count[first[1]] -= 1
            taken.append((*first, rows))

    def last_seen(self) -> int | None:
        """The time at which Kafka Streams' walk over the open rows ends.

        It goes on until it has seen an open row of each side, and looks at one more.
        """
        heads = (self._head(0), self._head(1))
        tails = [t for s in (0, 1) if (t := self._tail(s)) is not None]
        if not tails:
            return None
        if heads[0] is None or heads[1] is None:
            return max(tails)[0]
        both = max(heads[0], heads[1])
        following = [n for s in (0, 1) if (n := self._next(s, both)) is not None]
        return min(following)[0] if following else both[0]

    def _next(self, side: int, after: _Place) -> _Place | None:
        order = self._order[side]
        at = bisect_right(order, after)
        while at < len(order) and order[at] not in self._live:
            at += 1
        return order[at] if at < len(order) else None

    def rows(self) -> int:
        """How many rows wait."""
        return self._count[0] + self._count[1]

    def in_memory(self) -> int:
        """How many of them are in memory."""
        return len(self._live) - self._spilled

    def sample(self) -> Iterable[Any]:
        """Some of those in memory."""
        return (entry for entry in some(self._live.items()) if entry[1] is not None)

    def spill(self, count: int, disk: Disk) -> None:
        """Moves rows to disk; their places in the order stay in memory."""
        held = ((entry, rows) for entry, rows in self._live.items() if rows is not None)
        oldest = list(islice(held, count))
        self.on(disk).put((_disk_key(entry), rows) for entry, rows in oldest)
        for entry, _ in oldest:
            self._live[entry] = None
        self._spilled += len(oldest)

    def dump(self) -> Iterator[Any]:
        """The rows in memory."""
        return pieces((entry, rows) for entry, rows in self._live.items() if rows is not None)

    def load(self, piece: Any) -> None:
        """Takes rows."""
        for (time, side, key), rows in piece:
            for row in rows:
                self.add(time, side, key, row)

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes rows of a disk."""
        self.load([((number(key), key[8], key[9:]), decode(value)) for key, value in entries])


def _disk_key(entry: _Place) -> bytes:
    return ordered(entry[0]) + bytes([entry[1]]) + entry[2]
