"""From a SELECT to its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from embedded.ksql.catalog import Format, Source
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.functions import library
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import Select
from embedded.ksql.plan import joins, rekey
from embedded.ksql.plan.aggregation import aggregation
from embedded.ksql.plan.names import table_function_column
from embedded.ksql.plan.nodes import Node, Projection, keys_missing, ordered
from embedded.ksql.plan.projection import final
from embedded.ksql.plan.resolve import Scope, resolve, table_calls
from embedded.ksql.plan.schema import Field, Schema, key_format, source_schema
from embedded.ksql.plan.steps import Filter, FlatMap, Read, Rekey, Step
from embedded.ksql.plan.typing import check_condition, is_aggregate, table_function_type, with_moments


@dataclass(frozen=True, slots=True)
class Planned:
    """The steps of a query, and the sources that it reads, the FROM source first."""

    step: Step
    sources: tuple[Source, ...]


def plan(  # noqa: C901 - a branch for each case
    query: Select,
    sources: Mapping[str, Source],
    *,
    sink: str | None,
    target: Source | None = None,
    default_key: Format,
    by_projection: bool = False,
) -> Planned:
    """The steps of a query, up to its projection.

    Args:
        query: as parsed.
        sources: the metastore.
        sink: the name of the sink; None for a push query.
        target: the sink of an INSERT INTO.
        default_key: the key format where no source has one.
        by_projection: key columns come in the order of the projection (`ksql.new.query.planner.enabled`).

    Raises:
        InvalidError: ksqlDB refuses the query.
        UnsupportedError: this engine does.
    """
    library.load()
    persistent = sink is not None
    scope = Scope([query.source, *(each.relation for each in query.joins)], sources)
    resolved = resolve(query, scope, persistent=persistent)
    _check_sources(scope, resolved, persistent=persistent)
    projection = Projection(resolved.items)
    flat = _flat(resolved, scope)
    node = joins.join(resolved, scope, default_key, projection) if scope.is_join else _read(scope)
    if flat.where is not None:
        check_condition(flat.where, node.step.schema, "WHERE")
        step = node.step
        filtered = Filter(
            step.schema, step.keys, step, with_moments(flat.where), table=step.table, rekeyed=step.rekeyed
        )
        node = replace(node, step=filtered)
    if flat.partition_by:
        node = rekey.partition_by(node, flat.partition_by, resolved.partition_by)
    calls = [call for item in flat.items if item.expression for call in table_calls(item.expression)]
    if calls:
        node = _flat_map(node, flat, calls)
    aggregating = any(
        is_aggregate(each) for item in flat.items if item.expression for each in tree.walk(item.expression)
    )
    if flat.group_by or aggregating:
        if not flat.group_by:
            raise InvalidError(_without_group(flat))
        step = aggregation(
            node, flat, persistent=persistent, sink=sink or "", target=target, default_key=default_key
        )
    else:
        if flat.window is not None:
            raise InvalidError(
                "WINDOW clause requires a GROUP BY clause.",
                line=flat.window.place.line,
                column=flat.window.place.column,
            )
        if flat.having is not None:
            raise InvalidError("HAVING requires a GROUP BY clause.")
        if persistent:
            node.check_keys(sink or "", _both(projection, Projection(flat.items)))
        if by_projection:
            node = _reordered(node, flat)
        step = final(node, flat.items, persistent=persistent, target=target)
    if query.emit == "FINAL" and not (flat.group_by and flat.window is not None):
        raise InvalidError("EMIT FINAL is only supported for windowed aggregations.")
    _check_duplicates(step.schema, persistent=persistent)
    return Planned(step, tuple(each.source for each in scope.sources))


def _reordered(node: Node, query: Select) -> Node:
    """The node with its key columns in the order of the select items."""
    step = node.step
    names = step.schema.key_names()
    order = [i.expression.name for i in query.items if isinstance(i.expression, tree.Column)]
    wanted = [name for name in order if name in names]
    if not isinstance(step, Read) or query.window is not None or query.having is not None:
        raise UnsupportedError(
            "ksqlDB's new query planner takes a plain SELECT only", feature="ksql.new.query.planner.enabled"
        )
    if wanted == list(names) or len(wanted) != len(names):
        return node
    if step.table:
        raise UnsupportedError(
            "reordering the key columns of a table is not supported", feature="ksql.new.query.planner.enabled"
        )
    keys = tuple(field for name in wanted for field in step.schema.keys if field.name == name)
    schema = Schema(keys, step.schema.values)
    expressions = tuple(map(tree.Column, wanted))
    return replace(
        node, step=Rekey(schema, step.keys, step, expressions, (False,) * len(wanted), table=False)
    )


def _both(written: Projection, flat: Projection) -> Projection:
    return Projection([*written.items, *flat.items])


def _without_group(query: Select) -> str:
    calls = [
        show(each if each.arguments else tree.Call(each.function, (tree.Column("ROWTIME"),)))
        for item in query.items
        if item.expression
        for each in tree.walk(item.expression)
        if isinstance(each, tree.Call) and is_aggregate(each)
    ]
    others = [
        item
        for item in query.items
        if not item.expression or not any(map(is_aggregate, tree.walk(item.expression)))
    ]
    if others:
        return "Non-aggregate SELECT expression(s) not part of GROUP BY: add a GROUP BY clause."
    return (
        f"CREATE TABLE AS SELECT statement does not support aggregate function [{', '.join(calls)}] without "
        "a GROUP BY clause."
    )


def _check_sources(scope: Scope, query: Select, *, persistent: bool) -> None:
    for each in scope.sources:
        if persistent and each.source.kind == "TABLE" and each.source.window is not None:
            raise InvalidError("KSQL does not support persistent queries on windowed tables.")
    kafka = [each.alias for each in scope.sources if each.source.value_format.name == "KAFKA"]
    if kafka and (scope.is_join or query.group_by):
        what = "JOIN" if scope.is_join else "GROUP BY"
        raise InvalidError(
            f"Source(s) {', '.join(kafka)} are using the 'KAFKA' value format. This format does not yet "
            f"support {what}."
        )


def _flat(query: Select, scope: Scope) -> Select:
    return replace(
        query,
        items=tuple(
            item
            if item.expression is None
            else replace(item, expression=scope.flat(_counting(item.expression, scope)))
            for item in query.items
        ),
        where=None if query.where is None else scope.flat(query.where),
        group_by=tuple(scope.flat(each) for each in query.group_by),
        partition_by=tuple(scope.flat(each) for each in query.partition_by),
        having=None if query.having is None else scope.flat(_counting(query.having, scope)),
    )


def _counting(expression: tree.Expression, scope: Scope) -> tree.Expression:
    """The expression with what COUNT(*) counts in a join: the times of the FROM source."""
    if not scope.is_join:
        return expression
    time = tree.Column("ROWTIME", scope.sources[0].alias)
    return tree.rewrite(
        expression,
        lambda each: (
            tree.Call(each.function, (time,), place=each.place)
            if isinstance(each, tree.Call) and is_aggregate(each) and not each.arguments
            else None
        ),
    )


def _read(scope: Scope) -> Node:
    only = scope.sources[0]
    schema = source_schema(only.source)
    step = Read(schema, key_format(only.source), only.source, table=only.source.kind == "TABLE")
    names = [column.name for column in only.source.key_columns]

    def check(sink: str, projection: Projection) -> None:
        for name in names:
            if not projection.contains(tree.Column(name, only.alias)) and not projection.contains(
                tree.Column(name)
            ):
                raise keys_missing(sink, "key column", [tree.Column(each) for each in names])

    return Node(step, star=lambda _: ordered(schema), check_keys=check)


def _flat_map(node: Node, query: Select, calls: list[tree.Call]) -> Node:  # noqa: C901 - a branch for each case
    if node.step.table:
        raise InvalidError("Table source is not supported with table functions")
    if query.group_by:
        raise InvalidError("Table functions cannot be used with aggregations.")
    for item in query.items:
        for each in tree.walk(item.expression) if item.expression else ():
            if isinstance(each, tree.Case) and table_calls(each):
                raise InvalidError(f"Table functions cannot be used in CASE: {show(each)}")
    for call in calls:
        if len(table_calls(call)) > 1:
            raise InvalidError(f"Table functions cannot be nested: {show(call)}")
    step = node.step
    extra = tuple(
        Field(table_function_column(i), table_function_type(call, step.schema))
        for i, call in enumerate(calls)
    )
    schema = Schema(step.schema.keys, step.schema.values + extra)
    flat = FlatMap(schema, step.keys, table=False, input=step, calls=tuple(calls), rekeyed=step.rekeyed)
    counter = [0]
    numbered: dict[int, tree.Expression] = {}
    for index, item in enumerate(query.items):
        if item.expression is not None and table_calls(item.expression):
            numbered[index] = _numbered(item.expression, counter)

    def resolve_item(index: int, each: tree.Expression) -> tree.Expression:
        return numbered.get(index, node.resolve(index, each))

    return replace(node, step=flat, resolve=resolve_item)


def _numbered(expression: tree.Expression, counter: list[int]) -> tree.Expression:
    def change(each: tree.Expression) -> tree.Expression | None:
        if isinstance(each, tree.Call) and table_calls(each)[:1] == [each]:
            counter[0] += 1
            return tree.Column(table_function_column(counter[0] - 1), place=each.place)
        return None

    return tree.rewrite(expression, change)


def _check_duplicates(schema: Schema, *, persistent: bool) -> None:
    for columns, what in ((schema.keys, "key"), (schema.values, "value")):
        names = [f.name for f in columns]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise InvalidError(
                f"Duplicate {what} columns found in schema: {', '.join(f'`{n}`' for n in sorted(twice))}"
            )
    clash = {f.name for f in schema.keys} & {f.name for f in schema.values}
    if clash and persistent:
        raise InvalidError(
            f"Value columns clash with key columns: {', '.join(f'`{n}`' for n in sorted(clash))}"
        )
