"""Aggregation in session windows (KStreamSessionWindowAggregate)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from embedded.ksql.catalog import Window
from embedded.ksql.language.statements import WindowClause
from embedded.ksql.operators.aggregates import Accumulator
from embedded.ksql.operators.context import Change, Context
from embedded.ksql.operators.windows import grace_of
from embedded.ksql.serde.formats import window_suffix
from embedded.ksql.state.disk import Disk, decode, number, ordered
from embedded.ksql.state.held import State, pieces, some

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
        self._sessions: dict[bytes, list[Session]] = {}
        # segment of time -> how many sessions that ended in it are on disk
        self._spilled: dict[int, int] = {}
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
        if self._spilled:
            self._thaw(key)
        for each in self._sessions.get(key, ()):
            if each[1] >= max(time - self._gap, oldest) and each[0] <= time + self._gap:
                merged.append(each)
                state = self._accumulator.merge(state, each[2])
                start, end = min(start, each[0]), max(end, each[1])
        if end >= close:
            self._replace(key, merged, (start, end, self._accumulator.add(state, row)), time)
        if self._final and self._emitted < close:
            self._emit(close)

    def _thaw(self, key: bytes) -> None:
        """Brings the sessions of a key back to memory: a key's are never in both places."""
        assert self.part is not None  # noqa: S101 - something has been spilled
        for segment in sorted(self._spilled):
            found: list[Session] | None = self.part.take(ordered(segment) + key)
            if found is not None:
                self._spilled[segment] -= len(found)
                if not self._spilled[segment]:
                    del self._spilled[segment]
                self._sessions.setdefault(key, []).extend(found)

    def _replace(self, key: bytes, merged: list[Session], session: Session, time: int) -> None:
        start, end, _ = session
        kept = [each for each in self._sessions.get(key, ()) if each not in merged]
        if (start, end) != (time, time):
            for each in merged:
                self._change(key, each, None)
        kept = [each for each in kept if (each[0], each[1]) != (start, end)]
        self._put = max(self._put, end)
        live = max(0, self._put - self._kept) // self._segment
        if end // self._segment >= live:
            kept.append(session)
            kept.sort(key=lambda each: (each[1], each[0]))
        self._count += len(kept) - len(self._sessions.get(key, ()))
        self._sessions[key] = kept
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
            for key, sessions in (*self._sessions.items(), *self._on_disk(low, high))
            for session in sessions
            if low <= session[1] <= high
        ]
        for _, _, key, session in sorted(closed, key=lambda item: item[:3]):
            self._forward(self._key(key, session), self._row(session), None, session[1])
        self._emitted = close

    def _on_disk(self, low: int, high: int) -> Iterator[tuple[bytes, list[Session]]]:
        """The sessions on disk in the segments between two times."""
        if self.part is not None and self._spilled:
            start, end = ordered(low // self._segment), ordered(high // self._segment + 1)
            for key, value in self.part.items(start, end):
                yield key[len(start) :], decode(value)

    def _drop(self) -> None:
        """Forgets the sessions in segments of time that are over, as Kafka Streams' store does."""
        for key in list(self._sessions):
            left = [each for each in self._sessions[key] if each[1] // self._segment >= self._live]
            self._count -= len(self._sessions[key]) - len(left)
            if left:
                self._sessions[key] = left
            else:
                del self._sessions[key]

        gone = [segment for segment in self._spilled if segment < self._live]
        if gone and self.part is not None:
            self.part.drop(ordered(min(gone)), ordered(max(gone) + 1))
            for segment in gone:
                self._count -= self._spilled.pop(segment)

    def rows(self) -> int:
        """How many sessions there are."""
        return self._count

    def in_memory(self) -> int:
        """How many of them are in memory."""
        return self._count - sum(self._spilled.values())

    def sample(self) -> Iterable[Any]:
        """Some of those in memory."""
        for key, sessions in some(self._sessions.items()):
            for session in sessions:
                yield key, session

    def spill(self, count: int, disk: Disk) -> None:
        """Moves the sessions of the keys that came to memory first to disk."""
        moved: dict[bytes, list[Session]] = {}
        for key, sessions in islice(self._sessions.items(), count):
            for session in sessions:
                moved.setdefault(ordered(session[1] // self._segment) + key, []).append(session)
        for key in list(islice(self._sessions, count)):
            del self._sessions[key]
        self.on(disk).put(moved.items())
        for key, sessions in moved.items():
            segment = number(key)
            self._spilled[segment] = self._spilled.get(segment, 0) + len(sessions)

    def dump(self) -> Iterator[Any]:
        """The times, then the sessions in memory."""
        yield self._time, self._put, self._live, self._emitted
        yield from pieces(self._sessions.items())

    def load(self, piece: Any) -> None:
        """Takes the times, or sessions."""
        if isinstance(piece, tuple):
            self._time, self._put, self._live, self._emitted = piece
            return
        for key, sessions in piece:
            self._count += len(sessions)
            self._sessions[key] = sessions

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes sessions of a disk."""
        for key, value in sorted(entries):
            sessions = decode(value)
            self._count += len(sessions)
            self._sessions.setdefault(key[8:], []).extend(sessions)
