"""The join of two streams within a span of time (Kafka Streams' KStreamKStreamJoin)."""

from collections.abc import Iterator
from typing import Any, Final

from embedded.ksql.language.statements import Within
from embedded.ksql.operators.buffers import JoinBuffer
from embedded.ksql.operators.context import Context, Forward
from embedded.ksql.operators.waiting import Waiting
from embedded.ksql.state.held import Moment

_DAY_MS: Final = 86_400_000
_NEVER: Final = 2**63 - 1
LEFT: Final = 1
RIGHT: Final = 0


class StreamJoin(Moment):
    """Both sides of a join; `left` and `right` take the rows of the two streams.

    Args:
        context: the task's.
        within: the span and grace; without grace, results without a match are put out at once.
        outer: for each side (right, left) whether its rows are put out without a match too.
        widths: how many columns the right and the left side have.
        extra: how many nulls are appended to a joined row, for a key column that neither side has.
        forward: takes joined rows.
    """

    def __init__(  # noqa: PLR0917 - what a join is made of
        self,
        context: Context,
        within: Within,
        outer: tuple[bool, bool],
        widths: tuple[int, int],
        extra: int,
        forward: Forward,
    ) -> None:
        eager = within.grace_ms is None
        grace = max(_DAY_MS - 2 * within.before_ms, 0) if within.grace_ms is None else within.grace_ms
        retention = within.before_ms + within.after_ms + grace
        self.buffers = (JoinBuffer(retention), JoinBuffer(retention))
        self.waiting = None if eager or not any(outer) else Waiting()
        self._grace = grace
        # For each side: how far back and forth in time it looks for rows of the other.
        self._before = (within.after_ms, within.before_ms)
        self._after = (within.before_ms, within.after_ms)
        self._outer = outer
        self._nulls = ([None] * widths[RIGHT], [None] * widths[LEFT])
        self._extra = [None] * extra
        self._forward = forward
        self._time = -1
        self._least = _NEVER
        context.states += [self, *self.buffers]
        if self.waiting is not None:
            context.states.append(self.waiting)

    def left(self, key: Any, row: Any, time: int) -> None:
        """Takes a row of the left stream."""
        self._process(LEFT, key, row, time)

    def right(self, key: Any, row: Any, time: int) -> None:
        """Takes a row of the right stream."""
        self._process(RIGHT, key, row, time)

    def _joined(self, side: int, row: Any, other: Any) -> Any:
        if side == LEFT:
            return [*row, *other, *self._extra]
        return [*other, *row, *self._extra]

    def _process(self, side: int, key: Any, row: Any, time: int) -> None:
        self._time = max(self._time, time)
        if key is None or row is None:
            if self._outer[side] and key is None and row is not None:
                self._forward(key, self._joined(side, row, self._nulls[1 - side]), time)
            return
        waiting = self.waiting
        if waiting is not None and time == self._time:
            self._expire(side)
        high = time + self._after[side]
        found = self.buffers[1 - side].find(key, time - self._before[side], high)
        forward, extra = self._forward, self._extra
        for other_time, other in found:
            if waiting is not None:
                waiting.matched(other_time, 1 - side, key)
            joined = [*row, *other, *extra] if side == LEFT else [*other, *row, *extra]
            forward(key, joined, max(other_time, time))
        if not found and self._outer[side]:
            if waiting is None or max(0, high) < self._time:
                forward(key, self._joined(side, row, self._nulls[1 - side]), time)
            else:
                self._least = min(self._least, time)
                waiting.add(time, side, key, row)
        self.buffers[side].put(key, row, time)

    def _expire(self, side: int) -> None:
        """Puts out what has waited long enough, just when Kafka Streams would."""
        if self._least + self._after[side] + self._grace >= self._time:
            return
        assert self.waiting is not None  # noqa: S101 - only called with one
        seen = -1
        # A row is still open when its time + its side's span + grace >= stream time.
        bounds = (
            self._time - self._after[RIGHT] - self._grace,
            self._time - self._after[LEFT] - self._grace,
        )
        for time, waited, key, rows in self.waiting.expired(bounds):
            seen = time
            for row in rows:
                self._forward(key, self._joined(waited, row, self._nulls[1 - waited]), time)
        # Kafka Streams remembers where its walk has ended, be that a row put out or one still open.
        last = self.waiting.last_seen()
        if last is not None and last > seen:
            seen = last
        self._least = seen if seen >= 0 else _NEVER

    def dump(self) -> Iterator[Any]:
        """The times."""
        yield self._time, self._least

    def load(self, piece: Any) -> None:
        """Takes the times."""
        self._time, self._least = piece
