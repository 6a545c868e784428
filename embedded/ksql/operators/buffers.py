"""What joins remember: rows by key in order of time, and rows that wait for a match."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import Any

from embedded.ksql.operators.context import State

_COMPACT_AT = 1024
_BUCKETS = 64
_LEAST_BUCKET_MS = 1000


_Entry = tuple[int, Any] | list[list[Any]]
"""What is remembered of a key: the time and row of its only row, or the times and the rows of several."""


class JoinBuffer(State):
    """Rows of one side of a stream-stream join, by key and in order of time.

    A row is seen while its time is later than the highest time put so far less `retention_ms`, as in Kafka
    Streams' window stores. Rows are dropped bucket by bucket of time, so that a lookup never walks them.
    """

    __slots__ = ("_buckets", "_count", "_dropped", "_keys", "_width", "latest", "retention_ms")

    def __init__(self, retention_ms: int) -> None:
        self.retention_ms = retention_ms
        self.latest = -1
        self._keys: dict[bytes, _Entry] = {}
        self._width = max(retention_ms // _BUCKETS, _LEAST_BUCKET_MS)
        self._buckets: dict[int, list[bytes]] = {}
        self._dropped = 0
        self._count = 0

    def put(self, key: bytes, row: Any, time: int) -> None:
        """Remembers a row, unless it is too old already."""
        if time > self.latest:
            self.latest = time
            if (time - self.retention_ms) // self._width > self._dropped:
                self._drop()
        elif time <= self.latest - self.retention_ms:
            return
        bucket = time // self._width
        known = self._buckets.get(bucket)
        if known is None:
            self._buckets[bucket] = [key]
        else:
            known.append(key)
        entry = self._keys.get(key)
        self._count += 1
        if entry is None:
            self._keys[key] = (time, row)
            return
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
        if entry is None:
            return ()
        low = max(low, self.latest - self.retention_ms + 1)
        if isinstance(entry, tuple):
            return (entry,) if low <= entry[0] <= high else ()
        times, rows = entry
        first = bisect_left(times, low)
        last = bisect_right(times, high)
        return list(zip(times[first:last], rows[first:last], strict=True))

    def _drop(self) -> None:
        bound = self.latest - self.retention_ms
        first = bound // self._width
        for bucket in [each for each in self._buckets if each < first]:
            for key in self._buckets.pop(bucket):
                self._prune(key, bound)
        self._dropped = first

    def _prune(self, key: bytes, bound: int) -> None:
        entry = self._keys.get(key)
        if entry is None:
            return
        if isinstance(entry, tuple):
            if entry[0] <= bound:
                self._count -= 1
                del self._keys[key]
            return
        times, rows = entry
        if times[-1] <= bound:
            self._count -= len(times)
            del self._keys[key]
            return
        old = bisect_right(times, bound)
        if old:
            self._count -= old
            del times[:old]
            del rows[:old]

    def rows(self) -> int:
        """How many rows are remembered."""
        return self._count

    def dump(self) -> Any:
        """All rows, and the time."""
        return self.latest, self._keys

    def load(self, data: Any) -> None:
        """Replaces the rows."""
        self.latest, self._keys = data
        self._buckets = {}
        self._count = 0
        for key, entry in self._keys.items():
            times: Sequence[int] = (entry[0],) if isinstance(entry, tuple) else entry[0]
            self._count += len(times)
            for time in times:
                self._buckets.setdefault(time // self._width, []).append(key)
        self._dropped = (self.latest - self.retention_ms) // self._width


class Waiting(State):
    """Rows of an outer join without a match so far, in order of time, side and key.

    Sides are 0 for the right one and 1 for the left one: Kafka Streams lists right ones first.
    """

    __slots__ = ("_count", "_live", "_order")

    def __init__(self) -> None:
        self._live: dict[tuple[int, int, bytes], list[Any]] = {}
        self._order: tuple[list[tuple[int, int, bytes]], list[tuple[int, int, bytes]]] = ([], [])
        self._count = [0, 0]

    def add(self, time: int, side: int, key: bytes, row: Any) -> None:
        """Remembers a row that waits."""
        entry = (time, side, key)
        rows = self._live.get(entry)
        if rows is not None:
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
        if self._live.pop((time, side, key), None) is not None:
            self._count[side] -= 1

    def _head(self, side: int) -> tuple[int, int, bytes] | None:
        order = self._order[side]
        dead = 0
        while dead < len(order) and order[dead] not in self._live:
            dead += 1
        if dead:
            del order[:dead]
        return order[0] if order else None

    def _tail(self, side: int) -> tuple[int, int, bytes] | None:
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
            rows = self._live.pop(first)
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

    def _next(self, side: int, after: tuple[int, int, bytes]) -> tuple[int, int, bytes] | None:
        order = self._order[side]
        at = bisect_right(order, after)
        while at < len(order) and order[at] not in self._live:
            at += 1
        return order[at] if at < len(order) else None

    def rows(self) -> int:
        """How many rows wait."""
        return self._count[0] + self._count[1]

    def dump(self) -> Any:
        """All rows that wait."""
        return self._live

    def load(self, data: Any) -> None:
        """Replaces what waits."""
        self._live = data
        order: tuple[list[Any], list[Any]] = ([], [])
        for entry in sorted(data):
            order[entry[1]].append(entry)
        self._order = order
        self._count = [len(order[0]), len(order[1])]
