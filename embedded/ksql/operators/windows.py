"""Aggregation in tumbling and hopping windows (KStreamWindowAggregate)."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any

from embedded.ksql.catalog import Window
from embedded.ksql.language.statements import WindowClause
from embedded.ksql.operators.aggregates import Accumulator
from embedded.ksql.operators.context import Change, Context
from embedded.ksql.serde.formats import window_suffix
from embedded.ksql.state.disk import Disk, decode, number, ordered
from embedded.ksql.state.held import State, pieces, some

_DAY_MS = 86_400_000


def grace_of(window: WindowClause) -> int:
    """The grace period of a window in ms: as given, or what is left of a day."""
    return max(_DAY_MS - window.size_ms, 0) if window.grace_ms is None else window.grace_ms


class WindowAggregate(State):
    """The windows of each key. With `final`, a window is put out once, when it is closed."""

    def __init__(
        self,
        context: Context,
        window: WindowClause,
        accumulator: Accumulator,
        forward: Change,
        *,
        final: bool,
        old: bool,
    ) -> None:
        self._size, self._advance, self._grace = window.size_ms, window.advance_ms, grace_of(window)
        self._kept = max(window.retention_ms or 0, self._size + self._grace)
        self._kind = Window(window.kind, window.size_ms)
        self._tumbling = self._size == self._advance
        self._accumulator = accumulator
        self._forward = forward
        self._final = final
        self._old = old
        # start of window -> key -> (state, time); and how many more of each window are on disk
        self._windows: dict[int, dict[bytes, tuple[Any, int]]] = {}
        self._spilled: dict[int, int] = {}
        self._time = -1
        self._emitted = -1
        self._newest = 0
        self._suffix = (-1, b"")
        context.states.append(self)

    def _starts(self, time: int) -> list[int]:
        first = max(0, time - self._size + self._advance) // self._advance * self._advance
        return list(range(first, time + 1, self._advance))

    def process(self, key: Any, row: Any, time: int) -> None:
        """Takes a row of the grouped stream."""
        if key is None or row is None:
            return
        if time > self._time:
            self._time = time
            self._drop()
        close = self._time - self._grace
        for start in (time - time % self._size,) if self._tumbling else self._starts(time):
            if start + self._size <= close:
                continue
            groups = self._windows.get(start)
            if groups is None:
                groups = self._windows[start] = {}
            known = groups.get(key)
            if known is None and start in self._spilled:
                known = self._thawed(start, key)
            before = None if known is None else known[0]
            state = self._accumulator.add(before, row)
            stamp = time if known is None or time > known[1] else known[1]
            groups[key] = (state, stamp)
            self._newest = max(self._newest, start)
            if not self._final:
                replaced = None
                if self._old:
                    replaced = self._row(self._accumulator.empty if before is None else before, start)
                self._forward(self._key(key, start), self._row(state, start), replaced, stamp)
        if self._final and self._emitted < close:
            self._emit(close)

    def _thawed(self, start: int, key: bytes) -> tuple[Any, int] | None:
        """What is on disk of a key; whoever asks puts it back into memory."""
        assert self.part is not None  # noqa: S101 - something has been spilled
        found: tuple[Any, int] | None = self.part.take(ordered(start) + key)
        if found is not None:
            self._spilled[start] -= 1
            if not self._spilled[start]:
                del self._spilled[start]
        return found

    def _key(self, key: bytes, start: int) -> bytes:
        last, suffix = self._suffix
        if last != start:
            suffix = window_suffix(self._kind, start, start + self._size)
            self._suffix = (start, suffix)
        return key + suffix

    def _row(self, state: Any, start: int) -> list[Any]:
        row = self._accumulator.result(state)
        row += (start, start + self._size)
        return row

    def _emit(self, close: int) -> None:
        """Puts out the windows that have closed since the last time."""
        high = close - self._size
        if high < 0:
            return
        low = 0
        if self._emitted != -1:
            low = max(0, self._emitted - self._size) + 1
            if self._starts(high) == self._starts(low - 1):
                return
        # The store shows what it keeps only, counted from the newest window.
        low = max(low, self._newest - self._kept)
        for start in sorted({each for each in (*self._windows, *self._spilled) if low <= each <= high}):
            for key, (state, stamp) in self._in_order(start):
                self._forward(self._key(key, start), self._row(state, start), None, stamp)
        self._emitted = close

    def _in_order(self, start: int) -> Iterable[tuple[bytes, tuple[Any, int]]]:
        """The groups of a window, in order of their keys."""
        hot = sorted(self._windows.get(start, {}).items(), key=lambda item: item[0])
        if self.part is None or start not in self._spilled:
            return hot
        low = ordered(start)
        cold = ((key[len(low) :], decode(value)) for key, value in self.part.items(low, ordered(start + 1)))
        return merge(hot, cold, key=lambda item: item[0])

    def _drop(self) -> None:
        bound = self._time - self._kept
        if self._final:
            bound = min(bound, self._emitted - self._size + 1)
        for start in [each for each in self._windows if each < bound]:
            del self._windows[start]
        gone = [each for each in self._spilled if each < bound]
        if gone and self.part is not None:
            self.part.drop(ordered(min(gone)), ordered(max(gone) + 1))
            for start in gone:
                del self._spilled[start]

    def rows(self) -> int:
        """How many windows of keys there are."""
        return self.in_memory() + sum(self._spilled.values())

    def in_memory(self) -> int:
        """How many of them are in memory."""
        return sum(map(len, self._windows.values()))

    def sample(self) -> Iterable[Any]:
        """Some of those in memory."""
        for groups in some(self._windows.values()):
            yield from some(groups.items())

    def spill(self, count: int, disk: Disk) -> None:
        """Moves windows of keys to disk: the first windows, and in a window the keys that came first."""
        for start in sorted(self._windows):
            if count <= 0:
                return
            groups = self._windows[start]
            oldest = list(islice(groups.items(), count))
            low = ordered(start)
            self.on(disk).put((low + key, group) for key, group in oldest)
            for key, _ in oldest:
                del groups[key]
            if not groups:
                del self._windows[start]
            self._spilled[start] = self._spilled.get(start, 0) + len(oldest)
            count -= len(oldest)

    def dump(self) -> Iterator[Any]:
        """The times, then the windows of keys in memory."""
        yield self._time, self._emitted, self._newest
        for start, groups in self._windows.items():
            for piece in pieces(groups.items()):
                yield start, piece

    def load(self, piece: Any) -> None:
        """Takes the times, or windows of keys."""
        if isinstance(piece[1], list):
            start, groups = piece
            self._windows.setdefault(start, {}).update(groups)
        else:
            self._time, self._emitted, self._newest = piece

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes windows of keys of a disk."""
        for key, value in entries:
            self._windows.setdefault(number(key), {})[key[8:]] = decode(value)
