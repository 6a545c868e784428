"""Aggregation in session windows (KStreamSessionWindowAggregate)."""

from typing import Any, Final

from embedded.ksql.catalog import Window
from embedded.ksql.language.statements import WindowClause
from embedded.ksql.operators.aggregates import Accumulator
from embedded.ksql.operators.context import Change, Context, State
from embedded.ksql.operators.windows import grace_of
from embedded.ksql.serde.formats import window_suffix

_SESSION: Final = Window("SESSION")
_LEAST_SEGMENT_MS: Final = 60_000
Session = tuple[int, int, list[Any]]


class SessionAggregate(State):
    """The sessions of each key: (start, end, state) in order of their ends."""

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
        self._gap, self._grace = window.size_ms, grace_of(window)
        self._kept = max(window.retention_ms or 0, self._gap + self._grace)
        self._segment = max(self._kept // 2, _LEAST_SEGMENT_MS)
        self._accumulator = accumulator
        self._forward = forward
        self._final = final
        self._old = old
        self.sessions: dict[bytes, list[Session]] = {}
        self._time = -1
        self._put = -1
        self._live = 0
        self._emitted = -1
        self._count = 0
        context.states.append(self)

    def process(self, key: Any, row: Any, time: int) -> None:
        """Takes a row of the grouped stream."""
        if key is None or row is None:
            return
        self._time = max(self._time, time)
        close = self._time - self._grace - self._gap
        oldest = self._put - self._kept + 1
        start = end = time
        state = self._accumulator.empty
        merged: list[Session] = []
        for each in self.sessions.get(key, ()):
            if each[1] >= max(time - self._gap, oldest) and each[0] <= time + self._gap:
                merged.append(each)
                state = self._accumulator.merge(state, each[2])
                start, end = min(start, each[0]), max(end, each[1])
        if end >= close:
            self._replace(key, merged, (start, end, self._accumulator.add(state, row)), time)
        if self._final and self._emitted < close:
            self._emit(close)

    def _replace(self, key: bytes, merged: list[Session], session: Session, time: int) -> None:
        start, end, _ = session
        kept = [each for each in self.sessions.get(key, ()) if each not in merged]
        if (start, end) != (time, time):
            for each in merged:
                self._change(key, each, None)
        kept = [each for each in kept if (each[0], each[1]) != (start, end)]
        self._put = max(self._put, end)
        live = max(0, self._put - self._kept) // self._segment
        if end // self._segment >= live:
            kept.append(session)
            kept.sort(key=lambda each: (each[1], each[0]))
        self._count += len(kept) - len(self.sessions.get(key, ()))
        self.sessions[key] = kept
        if live > self._live:
            self._live = live
            self._drop()
        self._change(key, session, session)

    def _change(self, key: bytes, session: Session, new: Session | None) -> None:
        if self._final:
            return
        row = None if new is None else self._row(new)
        replaced = self._row(session) if self._old and new is None else None
        self._forward(self._key(key, session), row, replaced, session[1])

    @staticmethod
    def _key(key: bytes, session: Session) -> bytes:
        return key + window_suffix(_SESSION, session[0], session[1])

    def _row(self, session: Session) -> list[Any]:
        return [*self._accumulator.result(session[2]), session[0], session[1]]

    def _emit(self, close: int) -> None:
        """Puts out the sessions that have closed since the last time."""
        low, high = max(0, self._emitted), close - 1
        if high < 0 or high < low:
            return
        closed = [
            (session[1], session[0], key, session)
            for key, sessions in self.sessions.items()
            for session in sessions
            if low <= session[1] <= high
        ]
        for _, _, key, session in sorted(closed, key=lambda item: item[:3]):
            self._forward(self._key(key, session), self._row(session), None, session[1])
        self._emitted = close

    def _drop(self) -> None:
        """Forgets the sessions in segments of time that are over, as Kafka Streams' store does."""
        for key in list(self.sessions):
            left = [each for each in self.sessions[key] if each[1] // self._segment >= self._live]
            self._count -= len(self.sessions[key]) - len(left)
            if left:
                self.sessions[key] = left
            else:
                del self.sessions[key]

    def rows(self) -> int:
        """How many sessions there are."""
        return self._count

    def dump(self) -> Any:
        """All sessions, and the times."""
        return self.sessions, self._time, self._put, self._live, self._emitted, self._count

    def load(self, data: Any) -> None:
        """Replaces the sessions."""
        self.sessions, self._time, self._put, self._live, self._emitted, self._count = data
