"""From steps to a task's handlers: built from the sink down to the topics that a stage reads."""

from collections.abc import Callable, Mapping
from typing import Any

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.expressions.compiler import Compiler
from embedded.ksql.functions.registry import select, tables
from embedded.ksql.language import tree
from embedded.ksql.operators import ends, foreign_keys, grouped, internal, keys, rows, streams
from embedded.ksql.operators import tables as table_ops
from embedded.ksql.operators.aggregates import Accumulator, make
from embedded.ksql.operators.context import Change, Context, Forward
from embedded.ksql.operators.sessions import SessionAggregate
from embedded.ksql.operators.stream_join import StreamJoin
from embedded.ksql.operators.windows import WindowAggregate
from embedded.ksql.plan import steps
from embedded.ksql.record import Record

Handlers = dict[str, list[Callable[[Record], None]]]


class Builder:
    """Builds the handlers of one task.

    Args:
        context: the task's.
        topics: the internal topic of each Repartition step, by the step's id.
        properties: the engine's.
        memo: functions compiled for other tasks of the stage, by step and role.
    """

    def __init__(
        self,
        context: Context,
        topics: Mapping[int, str],
        properties: Mapping[str, object],
        memo: dict[tuple[int, str], Any],
    ) -> None:
        self.context = context
        self.handlers: Handlers = {}
        self._topics = topics
        self._properties = properties
        self._memo = memo

    def _once(self, step: steps.Step, role: str, compile_: Callable[[], Any]) -> Any:
        key = (id(step), role)
        if key not in self._memo:
            self._memo[key] = compile_()
        return self._memo[key]

    def root(self, step: steps.Step) -> None:
        """Builds a stage: a Write, the input of a Repartition, or the projection of a push query."""
        if isinstance(step, steps.Write):
            write = ends.sink_writer(
                step.schema, steps.written(step), step.input.keys, step.topic, step.key_format,
                step.value_format, step.wrap, step.timestamp, self.context,
            )  # fmt: skip
            self._into(step.input, write)
        elif isinstance(step, steps.Repartition):
            topic = self._topics[id(step)]
            if step.table:
                self.table(step.input, internal.change_writer(step.schema, topic, self.context), old=True)
            else:
                self.stream(step.input, internal.stream_writer(step.schema, topic, self.context))
        elif isinstance(step, steps.ForeignKeyAnswer):
            self._answer(step)
        else:
            self._into(step, ends.push_writer(step.schema, self.context))

    def _into(self, step: steps.Step, write: Forward) -> None:
        if step.table:
            self.table(step, lambda key, new, _, time: write(key, new, time), old=False)
        else:
            self.stream(step, write)

    def _on(self, topic: str, handler: Callable[[Record], None]) -> None:
        self.handlers.setdefault(topic, []).append(handler)

    def stream(self, step: steps.Step, forward: Forward) -> None:
        """Builds a stream's step so that its rows go to `forward`."""
        match step:
            case steps.Read():
                self._on(step.source.topic, ends.source_reader(step.source, self.context, forward))
            case steps.Repartition():
                self._on(self._topics[id(step)], internal.stream_reader(step.schema, self.context, forward))
            case steps.Filter():
                columns = step.input.schema.columns()
                test = self._once(step, "test", lambda: rows.condition(step.predicate, columns))
                self.stream(step.input, streams.stream_filter(test, forward))
            case steps.Project():
                self.stream(step.input, streams.stream_project(self._projection(step), forward))
            case steps.FlatMap():
                functions = [self._table_function(step, i, call) for i, call in enumerate(step.calls)]
                self.stream(step.input, streams.stream_flat_map(functions, forward))
            case steps.Rekey():
                key_of, append = self._once(step, "key", lambda: keys.rekeying(step))
                self.stream(step.input, streams.stream_rekey(key_of, append, forward))
            case steps.GroupBy():
                group_of = self._once(step, "key", lambda: keys.grouping(step))
                self.stream(step.input, streams.stream_group(group_of, forward))
            case steps.StreamStreamJoin():
                self._stream_join(step, forward)
            case steps.StreamTableJoin():
                store = table_ops.Rows(self.context)
                width, extra = len(step.right.schema.values), self._extra(step)
                on_stream, on_table = table_ops.stream_table_join(step.kind, store, width, extra, forward)
                self.stream(step.left, on_stream)
                self.table(step.right, on_table, old=False)
            case _:
                raise UnsupportedError(f"{type(step).__name__} on a stream is not supported")

    def table(self, step: steps.Step, forward: Change, *, old: bool) -> None:
        """Builds a table's step so that its changes go to `forward`, with old rows if `old`."""
        match step:
            case steps.Read():
                store = table_ops.Rows(self.context)
                hide = forward if old else _without_old(forward)
                handler = table_ops.table_source(store, hide)
                self._on(step.source.topic, ends.source_reader(step.source, self.context, handler))
            case steps.Repartition():
                self._on(self._topics[id(step)], internal.change_reader(step.schema, self.context, forward))
            case steps.Filter():
                columns = step.input.schema.columns()
                test = self._once(step, "test", lambda: rows.condition(step.predicate, columns))
                knows_old = old or _keeps_rows(step.input)
                kept = table_ops.table_filter(
                    test, forward if old else _without_old(forward), knows_old=knows_old
                )
                self.table(step.input, kept, old=knows_old)
            case steps.Project():
                self.table(step.input, table_ops.table_project(self._projection(step), forward), old=old)
            case steps.GroupBy():
                key_of = self._once(step, "key", lambda: keys.grouping(step))
                self.table(step.input, table_ops.table_group(key_of, forward), old=True)
            case steps.Rekey():
                before = steps.written(step.input)
                convert = ends.key_converter(before, step.input.keys, step.schema.keys, step.keys.format)
                self.table(step.input, _rekeyed(convert, forward), old=old)
            case steps.Aggregate():
                self._aggregate(step, forward, old=old)
            case steps.TableTableJoin():
                widths = (len(step.left.schema.values), len(step.right.schema.values))
                join = table_ops.TableJoin(
                    self.context, step.kind, widths, self._extra(step), forward, old=old
                )
                self.table(step.left, join.left, old=old or step.kind in {"LEFT", "OUTER"})
                self.table(step.right, join.right, old=old or step.kind in {"RIGHT", "OUTER"})
            case steps.ForeignKeyJoin():
                self._foreign_key_join(step, forward, old=old)
            case _:
                raise UnsupportedError(f"{type(step).__name__} on a table is not supported")

    def _foreign_key_join(self, step: steps.ForeignKeyJoin, forward: Change, *, old: bool) -> None:
        base = self._topics[id(step.right)]
        key_of = self._once(step, "key", lambda: keys.foreign(step))
        schemas = (step.left.schema, step.right.schema)
        join = foreign_keys.Asking(self.context, step.kind, key_of, schemas, base, forward, old=old)
        self.table(step.left, join.change, old=True)
        self._on(foreign_keys.answers_topic(base), join.answered)

    def _answer(self, step: steps.ForeignKeyAnswer) -> None:
        answering = foreign_keys.Answering(self.context, step.schema, self._topics[id(step)])
        self._on(foreign_keys.asking_topic(self._topics[id(step)]), answering.asked)
        self.table(step.input, answering.change, old=False)

    def _projection(self, step: steps.Project) -> Callable[[Any], Any]:
        expressions = [expression for _, expression in step.selects]
        columns = step.input.schema.columns()
        made: Callable[[Any], Any] = self._once(step, "row", lambda: rows.projection(expressions, columns))
        return made

    def _table_function(self, step: steps.FlatMap, index: int, call: tree.Call) -> Callable[[Any], Any]:
        columns = step.input.schema.columns()

        def compiled() -> Callable[[Any], Any]:
            kinds = [Compiler(columns).type_of(each) for each in call.arguments]
            function = select(call.function, tables[call.function], kinds, cast=False).call
            arguments = rows.projection(call.arguments, columns)

            def apply(row: Any) -> Any:
                try:
                    return function(*arguments(row))
                except Exception:  # noqa: BLE001 - ksqlDB: a failing table function gives no rows
                    return None

            return apply

        made: Callable[[Any], Any] = self._once(step, f"function{index}", compiled)
        return made

    @staticmethod
    def _extra(step: steps.StreamStreamJoin | steps.StreamTableJoin | steps.TableTableJoin) -> int:
        return len(step.schema.values) - len(step.left.schema.values) - len(step.right.schema.values)

    def _stream_join(self, step: steps.StreamStreamJoin, forward: Forward) -> None:
        left, right = step.left, step.right
        outer = (step.kind == "OUTER", step.kind in {"LEFT", "RIGHT", "OUTER"})
        if step.kind == "RIGHT":
            # ksqlDB runs a right join as the left join of the other order, the span included.
            width = len(left.schema.values)
            forward = _turned(len(right.schema.values), width, forward)
            left, right = right, left
        widths = (len(right.schema.values), len(left.schema.values))
        join = StreamJoin(self.context, step.within, outer, widths, self._extra(step), forward)
        self.stream(left, join.left)
        self.stream(right, join.right)

    def _aggregate(self, step: steps.Aggregate, forward: Change, *, old: bool) -> None:
        columns = step.input.schema.columns()

        def compiled() -> Accumulator:
            required = [columns[name][0] for name in step.required]
            return Accumulator(required, [make(call, columns, self._properties) for call in step.calls])

        accumulator = self._once(step, "accumulator", compiled)
        if step.window is None:
            groups = grouped.Groups(self.context)
            if step.input.table:
                self.table(
                    step.input, grouped.table_aggregate(groups, accumulator, forward, old=old), old=True
                )
            else:
                self.stream(step.input, grouped.stream_aggregate(groups, accumulator, forward, old=old))
            return
        kind = SessionAggregate if step.window.kind == "SESSION" else WindowAggregate
        windows = kind(self.context, step.window, accumulator, forward, final=step.final, old=old)
        self.stream(step.input, windows.process)


def _keeps_rows(step: steps.Step) -> bool:
    """Whether a table's old rows are at hand anyway: Kafka Streams keeps no result of a foreign-key join."""
    while isinstance(step, steps.Project | steps.Filter):
        step = step.input
    return not isinstance(step, steps.ForeignKeyJoin)


def _without_old(forward: Change) -> Change:
    return lambda key, new, _, time: forward(key, new, None, time)


def _rekeyed(convert: Callable[[bytes], bytes | None] | None, forward: Change) -> Change:
    if convert is None:
        return forward

    def process(key: Any, new: Any, before: Any, time: int) -> None:
        forward(convert(key), new, before, time)

    return process


def _turned(first: int, second: int, forward: Forward) -> Forward:
    """Rows with their first and second groups of columns exchanged."""
    both = first + second

    def process(key: Any, row: Any, time: int) -> None:
        forward(key, [*row[first:both], *row[:first], *row[both:]], time)

    return process
