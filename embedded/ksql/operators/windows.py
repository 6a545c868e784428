"""Aggregation in tumbling and hopping windows (KStreamWindowAggregate)."""

from typing import Any

from embedded.ksql.catalog import Window
from embedded.ksql.language.statements import WindowClause
from embedded.ksql.operators.aggregates import Accumulator
from embedded.ksql.operators.context import Change, Context, State
from embedded.ksql.serde.formats import window_suffix

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
        # start of window -> key -> (state, time)
        self.windows: dict[int, dict[bytes, tuple[Any, int]]] = {}
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
            groups = self.windows.get(start)
            if groups is None:
                groups = self.windows[start] = {}
            known = groups.get(key)
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
        for start in sorted(each for each in self.windows if low <= each <= high):
            for key, (state, stamp) in sorted(self.windows[start].items(), key=lambda item: item[0]):
                self._forward(self._key(key, start), self._row(state, start), None, stamp)
        self._emitted = close

    def _drop(self) -> None:
        bound = self._time - self._kept
        for start in [each for each in self.windows if each < bound]:
            if not self._final or start + self._size <= self._emitted:
                del self.windows[start]

    def rows(self) -> int:
        """How many windows of keys there are."""
        return sum(map(len, self.windows.values()))

    def dump(self) -> Any:
        """All windows, and the times."""
        return self.windows, self._time, self._emitted, self._newest

    def load(self, data: Any) -> None:
        """Replaces the windows."""
        self.windows, self._time, self._emitted, self._newest = data
