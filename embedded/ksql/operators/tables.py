"""Operators on tables, and joins with them (Kafka Streams' KTable classes)."""

from collections.abc import Callable
from typing import Any

from embedded.ksql.operators.context import Change, Context, Forward
from embedded.ksql.plan.steps import JoinKind
from embedded.ksql.state.keyed import Keyed


class Rows(Keyed):
    """A table's rows by key, each as (row, time)."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        context.states.append(self)


def table_source(store: Rows | None, forward: Change) -> Forward:
    """Records of a topic as changes of a table, with the row that each replaces when there is a store."""
    if store is None:

        def pass_on(key: Any, row: Any, time: int) -> None:
            if key is not None:
                forward(key, row, None, time)

        return pass_on

    def process(key: Any, row: Any, time: int) -> None:
        if key is None:
            return
        old = store.get(key)
        if row is None:
            store.remove(key)
        else:
            store.put(key, (row, time))
        forward(key, row, None if old is None else old[0], time)

    return process


def table_filter(test: Callable[[Any], bool], forward: Change, *, knows_old: bool = True) -> Change:
    """Rows for which `test` is true; those that were are withdrawn when they no longer are.

    Without old rows (`knows_old`) all others are withdrawn, whether they were there or not.
    """

    def withdraw(key: Any, new: Any, _: Any, time: int) -> None:
        forward(key, new if new is not None and test(new) else None, None, time)

    if not knows_old:
        return withdraw

    def process(key: Any, new: Any, before: Any, time: int) -> None:
        kept = new if new is not None and test(new) else None
        replaced = before if before is not None and test(before) else None
        if kept is not None or replaced is not None:
            forward(key, kept, replaced, time)

    return process


def table_project(make: Callable[[Any], Any], forward: Change) -> Change:
    """What `make` makes of the new and the old row."""

    def process(key: Any, new: Any, before: Any, time: int) -> None:
        forward(key, None if new is None else make(new), None if before is None else make(before), time)

    return process


def table_group(
    key_of: Callable[[Any], bytes | None], forward: Callable[[Any, Any, Any, int], None]
) -> Change:
    """Changes under their grouping keys: the old row is taken out, the new one put into its own."""

    def process(_: Any, new: Any, before: Any, time: int) -> None:
        new_key = None if new is None else key_of(new)
        old_key = None if before is None else key_of(before)
        if old_key is not None and old_key == new_key:
            forward(old_key, new, before, time)
            return
        if old_key is not None:
            forward(old_key, None, before, time)
        if new_key is not None:
            forward(new_key, new, None, time)

    return process


def stream_table_join(
    kind: JoinKind, store: Rows, width: int, extra: int, forward: Forward
) -> tuple[Forward, Change]:
    """The handlers of the stream and of the table of a stream-table join."""
    left = kind == "LEFT"
    nulls = [None] * width
    tail = [None] * extra

    def on_stream(key: Any, row: Any, time: int) -> None:
        if row is None or (key is None and not left):
            return
        found = None if key is None else store.get(key)
        if found is not None:
            forward(key, [*row, *found[0], *tail], time)
        elif left:
            forward(key, [*row, *nulls, *tail], time)

    def on_table(key: Any, new: Any, _: Any, time: int) -> None:
        if new is None:
            store.remove(key)
        else:
            store.put(key, (new, time))

    return on_stream, on_table


class TableJoin:
    """The join of two tables on their keys; `left` and `right` take the changes of the two."""

    def __init__(
        self,
        context: Context,
        kind: JoinKind,
        widths: tuple[int, int],
        extra: int,
        forward: Change,
        *,
        old: bool,
    ) -> None:
        self._kind = kind
        self._left_rows, self._right_rows = Rows(context), Rows(context)
        self._left_nulls, self._right_nulls = [None] * widths[0], [None] * widths[1]
        self._tail = [None] * extra
        self._forward = forward
        self._old = old

    def _join(self, left: Any, right: Any) -> Any:
        return [
            *(self._left_nulls if left is None else left),
            *(self._right_nulls if right is None else right),
            *self._tail,
        ]

    def left(self, key: Any, new: Any, before: Any, time: int) -> None:
        """Takes a change of the left table."""
        self._put(self._left_rows, key, new, time)
        self._process(key, new, before, time, self._right_rows.get(key), left=True)

    def right(self, key: Any, new: Any, before: Any, time: int) -> None:
        """Takes a change of the right table."""
        self._put(self._right_rows, key, new, time)
        self._process(key, new, before, time, self._left_rows.get(key), left=False)

    @staticmethod
    def _put(rows: Rows, key: Any, new: Any, time: int) -> None:
        if new is None:
            rows.remove(key)
        else:
            rows.put(key, (new, time))

    def _process(self, key: Any, new: Any, before: Any, time: int, other: Any, *, left: bool) -> None:
        outer = (
            self._kind == "OUTER" or (self._kind == "LEFT" and left) or (self._kind == "RIGHT" and not left)
        )
        facing = (
            self._kind == "OUTER" or (self._kind == "LEFT" and not left) or (self._kind == "RIGHT" and left)
        )
        if other is None:
            if not outer or (new is None and before is None):
                return
            row, stamp = None, time
        else:
            row, stamp = other[0], max(time, other[1])
        made = self._side(new, row, left=left, alone=facing and row is not None)
        replaced = self._side(before, row, left=left, alone=facing and row is not None) if self._old else None
        self._forward(key, made, replaced, stamp)

    def _side(self, mine: Any, other: Any, *, left: bool, alone: bool) -> Any:
        """The joined row; `alone` says that the other side counts without mine."""
        if mine is None and not alone:
            return None
        return self._join(mine, other) if left else self._join(other, mine)
