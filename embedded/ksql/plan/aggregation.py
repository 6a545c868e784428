"""GROUP BY: what is aggregated, by what, and how the result is projected."""

from collections.abc import Sequence
from dataclasses import replace

from embedded.ksql import types
from embedded.ksql.catalog import Format, Source, Window
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.expressions.compiler import Compiler
from embedded.ksql.functions.registry import aggregates, select
from embedded.ksql.language import tree
from embedded.ksql.language.statements import Select, WindowClause
from embedded.ksql.language.tree import Expression
from embedded.ksql.operators.aggregates import make
from embedded.ksql.operators.windows import grace_of
from embedded.ksql.plan.grouping import ROWTIME, Parts, analyse, unique
from embedded.ksql.plan.names import AliasGenerator, aggregate_column
from embedded.ksql.plan.nodes import Node, keys_missing
from embedded.ksql.plan.projection import Selected, expand
from embedded.ksql.plan.schema import BOUNDS, Field, KeyFormat, Schema
from embedded.ksql.plan.steps import Aggregate, Filter, GroupBy, Project, Repartition, Step
from embedded.ksql.plan.typing import check_condition, is_aggregate, type_of, with_moments
from embedded.ksql.serde.support import supports_key, supports_keys
from embedded.ksql.types import Type


def aggregation(
    node: Node, query: Select, *, persistent: bool, sink: str, target: Source | None, default_key: Format
) -> Step:
    """The steps of a query with GROUP BY, up to its projection.

    Args:
        node: the input, filtered.
        query: with flat column references.
        persistent: whether it writes to a sink.
        sink: the sink's name, for messages.
        target: the sink of an INSERT INTO.
        default_key: the key format when the source has none.

    Raises:
        InvalidError: ksqlDB's rules of aggregation are broken.
    """
    grouping = unique(query.group_by)
    selected = expand(node, query.items, target)
    parts = analyse(query, grouping, selected)
    schema = _schema(node.step.schema, query.window, grouping, selected, persistent=persistent)
    if query.having is not None:
        _check_having(query.having, node.step.schema)
    prepared, internal = _prepare(node.step, parts)
    calls = tuple(_internal_call(call, node.step.schema, internal) for call in parts.calls)
    _check_table(node.step, parts.calls)
    grouped = _group(prepared, grouping, default_key)
    aggregated = _aggregate(grouped, parts, calls, query, node.step.schema)
    counter = [0]
    step: Step = aggregated
    finals = [(alias, _with_variables(expression, counter)) for alias, expression in selected]
    if query.having is not None:
        having = _with_variables(query.having, counter)
        step = Filter(step.schema, step.keys, step, with_moments(having), table=step.table)
    if persistent:
        missing = [each for each in grouping if each not in [expression for _, expression in selected]]
        if missing:
            raise keys_missing(sink, "grouping expression", missing)
        finals = [each for each in finals if each[1] not in grouping]
        finals = [
            each
            for each in finals
            if not (isinstance(each[1], tree.Column) and each[0] == each[1].name and each[0] in BOUNDS)
        ]
    return Project(schema, step.keys, step, tuple(finals), table=step.table)


def _schema(
    source: Schema,
    window: WindowClause | None,
    grouping: tuple[Expression, ...],
    selected: Sequence[Selected],
    *,
    persistent: bool,
) -> Schema:
    bounds = tuple(Field(name, types.BIGINT) for name in BOUNDS if source.value(name) is None)
    wide = Schema(source.keys, source.values + (bounds if window else ()))
    typed = [(alias, expression, _result_type(expression, wide)) for alias, expression in selected]
    names: dict[int, str] = {}
    for i, group in enumerate(grouping):
        found = [alias for alias, expression, _ in typed if expression == group]
        if len(found) > 1:
            listed = " and ".join(found)
            raise InvalidError(
                f"The projection contains a key column more than once: {listed}.\n"
                "Each key column must only be in the projection once. If you intended to copy the key into "
                "the value, then consider using the AS_VALUE function."
            )
        if found:
            names[i] = found[0]
        elif isinstance(group, tree.Column):
            names[i] = group.name
        else:
            names[i] = AliasGenerator(f.name for f in source.values).alias(group)
    keys = tuple(Field(names[i], type_of(group, source)) for i, group in enumerate(grouping))
    if not persistent:
        return Schema(keys, tuple(Field(alias, kind) for alias, _, kind in typed))
    values = tuple(
        Field(alias, kind)
        for alias, expression, kind in typed
        if expression not in grouping and not (window and alias in BOUNDS)
    )
    if not values:
        raise InvalidError("The projection contains no value columns.")
    return Schema(keys, values)


def _result_type(node: Expression, schema: Schema) -> Type:
    calls: list[Field] = []

    def change(each: Expression) -> Expression | None:
        if not is_aggregate(each):
            return None
        assert isinstance(each, tree.Call)  # noqa: S101 - an aggregate is a call
        calls.append(Field(f"\0{len(calls)}", aggregate_type(each, schema)))
        return tree.Column(calls[-1].name, place=each.place)

    rewritten = tree.rewrite(node, change)
    return type_of(rewritten, Schema((), schema.values + tuple(calls)))


def aggregate_type(call: tree.Call, schema: Schema) -> Type:
    """What an aggregate gives.

    Raises:
        InvalidError: it does not take these arguments.
    """
    whole = call if call.arguments else tree.Call(call.function, (ROWTIME,), place=call.place)
    return make(whole, schema.columns(), {}).returns


def _check_having(having: Expression, schema: Schema) -> None:
    calls: list[Field] = []

    def change(each: Expression) -> Expression | None:
        if not is_aggregate(each):
            return None
        assert isinstance(each, tree.Call)  # noqa: S101 - an aggregate is a call
        calls.append(Field(f"\0{len(calls)}", aggregate_type(each, schema)))
        return tree.Column(calls[-1].name, place=each.place)

    rewritten = tree.rewrite(having, change)
    check_condition(rewritten, Schema((), schema.values + tuple(calls)), "HAVING")


def _prepare(step: Step, parts: Parts) -> tuple[Project, dict[Expression, str]]:
    """The projection to the columns and arguments that the aggregation reads."""
    internal: dict[Expression, str] = {}
    selects: list[Selected] = []
    for each in [*parts.required, *parts.arguments]:
        if each in internal:
            continue
        name = each.name if isinstance(each, tree.Column) else f"KSQL_INTERNAL_COL_{len(selects)}"
        internal[each] = name
        selects.append((name, each))
    typed = [(name, expression, _null_type(expression, step.schema)) for name, expression in selects]
    kept = tuple((name, expression) for name, expression, kind in typed if kind is not None)
    fields = tuple(Field(name, kind) for name, _, kind in typed if kind is not None)
    project = Project(
        Schema(step.schema.keys, fields), step.keys, step, kept, table=step.table, rekeyed=step.rekeyed
    )
    return project, internal


def _null_type(node: Expression, schema: Schema) -> Type | None:
    if isinstance(node, tree.Constant) and node.value is None:
        return None
    return type_of(node, schema)


def _internal_call(call: tree.Call, schema: Schema, internal: dict[Expression, str]) -> tree.Call:
    compiler = Compiler(schema.columns())
    kinds = [compiler.type_of(each) for each in call.arguments]
    overload = select(call.function, aggregates[call.function], kinds, cast=False)
    columns = overload.columns(len(call.arguments))
    return tree.Call(
        call.function,
        tuple(tree.Column(internal[each]) for each in call.arguments[:columns]) + call.arguments[columns:],
        place=call.place,
    )


def _check_table(step: Step, calls: Sequence[tree.Call]) -> None:
    if not step.table:
        return
    wrong = [c.function for c in calls if make(c, step.schema.columns(), {}).undo is None]
    if wrong:
        names = list(dict.fromkeys(wrong))
        listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
        verb = "function" if len(names) == 1 else "functions"
        raise InvalidError(
            f"The aggregation {verb} {listed} cannot be applied to a table source, only to a stream source."
        )


def _group(step: Project, grouping: tuple[Expression, ...], default_key: Format) -> Step:
    schema = step.schema
    names = schema.key_names()
    first = grouping[0]
    same = len(grouping) == len(names) == 1 and isinstance(first, tree.Column) and first.name == names[0]
    if step.keys.window is not None and same and not step.table:
        raise InvalidError("Group by on windowed should always require rekey")
    if same and not step.table:
        if not step.rekeyed:
            return step
        return Repartition(schema, step.keys, step, "Aggregate-GroupBy", table=False)
    kinds = [type_of(each, schema) for each in grouping]
    chosen = default_key if step.keys.format.name == "NONE" else step.keys.format
    if not supports_keys(chosen, len(kinds)) or not all(supports_key(chosen, kind) for kind in kinds):
        chosen = Format("JSON")
    generator = AliasGenerator(f.name for f in schema.values)
    keys = tuple(
        Field(each.name if isinstance(each, tree.Column) else generator.alias(each), kind)
        for each, kind in zip(grouping, kinds, strict=True)
    )
    keyed = Schema(keys, schema.values)
    group = GroupBy(keyed, KeyFormat(chosen), step, grouping, table=step.table, rekeyed=True)
    return Repartition(keyed, KeyFormat(chosen), group, "Aggregate-GroupBy", table=step.table)


def _aggregate(
    grouped: Step, parts: Parts, calls: tuple[tree.Call, ...], query: Select, source: Schema
) -> Aggregate:
    if grouped.table and query.window is not None:
        raise InvalidError("WINDOW clause can only be applied to streams.")
    required = tuple(dict.fromkeys(column.name for column in parts.required))
    columns = tuple(Field(name, type_of(tree.Column(name), grouped.schema)) for name in required)
    results = tuple(
        Field(aggregate_column(i), aggregate_type(call, source)) for i, call in enumerate(parts.calls)
    )
    window = query.window
    if window is not None and window.grace_ms is None and query.emit == "FINAL":
        window = replace(window, grace_ms=0)
    if window is not None:
        _check_window(window)
    bounds = tuple(Field(name, types.BIGINT) for name in BOUNDS) if window else ()
    keys = grouped.keys
    if window is not None:
        if any(name in BOUNDS for name in required):
            raise UnsupportedError("grouping by window bounds is not supported", feature="WINDOW")
        size = None if window.kind == "SESSION" else window.size_ms
        keys = KeyFormat(keys.format, Window(window.kind, size))
    return Aggregate(
        Schema(grouped.schema.keys, columns + results + bounds),
        keys,
        grouped,
        required,
        calls,
        window,
        query.emit == "FINAL",
        "Aggregate-Aggregate-Materialize",
        table=True,
    )


def _check_window(window: WindowClause) -> None:
    """Refuses spans that Kafka Streams has no windows for."""
    wrong = ""
    grace = grace_of(window)
    if window.size_ms <= 0:
        wrong = "Size must be positive"
    elif not 0 < window.advance_ms <= window.size_ms:
        wrong = (
            "Window advancement interval should be more than zero and less than window duration which is "
            f"{window.size_ms} ms, but given advancement interval is: {window.advance_ms} ms"
        )
    elif window.retention_ms is not None and window.retention_ms < window.size_ms + grace:
        wrong = (
            "The retention period of the window must be no smaller than its window size plus the grace "
            f"period. Got size=[{window.size_ms}], grace=[{grace}], retention=[{window.retention_ms}]"
        )
    if wrong:
        raise InvalidError(wrong, line=window.place.line, column=window.place.column)


def _with_variables(node: Expression, counter: list[int]) -> Expression:
    """`node` with each aggregate replaced by the column that holds it; they are numbered as they come."""

    def change(each: Expression) -> Expression | None:
        if not is_aggregate(each):
            return None
        counter[0] += 1
        return tree.Column(aggregate_column(counter[0] - 1), place=each.place)

    return tree.rewrite(node, change)
