"""Aggregation without windows, of streams and of tables (KStreamAggregate, KTableAggregate)."""

from typing import Any

from embedded.ksql.operators.aggregates import Accumulator
from embedded.ksql.operators.context import Change, Context, Forward
from embedded.ksql.state.keyed import Keyed


class Groups(Keyed):
    """The state of each group, with its time: (state, time)."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        context.states.append(self)


def stream_aggregate(groups: Groups, accumulator: Accumulator, forward: Change, *, old: bool) -> Forward:
    """The handler of a grouped stream."""

    def process(key: Any, row: Any, time: int) -> None:
        if key is None or row is None:
            return
        known = groups.get(key)
        before = None if known is None else known[0]
        state = accumulator.add(before, row)
        stamp = time if known is None or time > known[1] else known[1]
        groups.put(key, (state, stamp))
        replaced = None
        if old:
            replaced = accumulator.result(accumulator.empty if before is None else before)
        forward(key, accumulator.result(state), replaced, stamp)

    return process


def table_aggregate(groups: Groups, accumulator: Accumulator, forward: Change, *, old: bool) -> Change:
    """The handler of a grouped table: the old row is taken out, the new one put in."""

    def process(key: Any, new: Any, replaced: Any, time: int) -> None:
        if key is None:
            return
        known = groups.get(key)
        before = None if known is None else known[0]
        state, stamp = before, time
        if replaced is not None and state is not None:
            state = accumulator.undo(state, replaced)
        if new is not None:
            state = accumulator.add(accumulator.empty if state is None else state, new)
        if known is not None and (new is not None or replaced is not None):
            stamp = max(time, known[1])
        if state is None:
            groups.remove(key)
        else:
            groups.put(key, (state, stamp))
        forward(
            key,
            None if state is None else accumulator.result(state),
            accumulator.result(before) if old and before is not None else None,
            stamp,
        )

    return process
