"""The final projection: which columns are the keys, which the values, and under what names."""

from collections.abc import Sequence
from decimal import Decimal as Exact

from embedded.ksql.catalog import Source
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions.arithmetic import fit_exactly
from embedded.ksql.language import tree
from embedded.ksql.language.literals import decimal_type
from embedded.ksql.language.statements import SelectItem
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.nodes import Node, Projection
from embedded.ksql.plan.schema import BOUNDS, Field, Schema
from embedded.ksql.plan.steps import Project
from embedded.ksql.plan.typing import type_of
from embedded.ksql.types import Decimal, Struct, Type

Selected = tuple[str, Expression]


def expand(node: Node, items: Sequence[SelectItem], target: Source | None) -> list[Selected]:
    """The select items as (alias, expression) over the node's columns, stars expanded.

    Args:
        node: what the items select from.
        items: with flat column references.
        target: the sink of an INSERT INTO, whose DECIMAL columns literals are fitted to.

    Raises:
        InvalidError: a star over something that is no struct.
    """
    out: list[Selected] = []
    columns = target.columns if target is not None else ()
    for index, item in enumerate(items):
        if item.star == "all":
            out.extend((name, tree.Column(name, place=item.place)) for name in node.star(item.source))
            continue
        assert item.expression is not None  # noqa: S101 - only a star has none
        resolved = node.resolve(index, item.expression)
        if item.star == "struct":
            out.extend(_struct(node.step.schema, resolved))
            continue
        if index < len(columns):
            resolved = _fitted(resolved, columns[index].type)
        out.append((item.alias or "", resolved))
    return out


def _struct(schema: Schema, base: Expression) -> list[Selected]:
    if not isinstance(base, tree.Column | tree.Dereference):
        raise InvalidError("->* applies to a STRUCT column or to a field of one")
    kind = type_of(base, schema)
    if not isinstance(kind, Struct):
        raise InvalidError(f"->* applies to a STRUCT, not to {kind}")
    return [(name, tree.Dereference(base, name)) for name, _ in kind.fields]


def _fitted(node: Expression, target: Type) -> Expression:
    """A number literal as a DECIMAL of the target's type when it fits (ksqlDB's ImplicitlyCastResolver)."""
    if not (isinstance(target, Decimal) and isinstance(node, tree.Constant)):
        return node
    if isinstance(node.value, bool) or not isinstance(node.value, int | float | Exact):
        return node
    exact = node.value if isinstance(node.value, Exact) else Exact(repr(node.value))
    source = decimal_type(exact)
    assert isinstance(source, Decimal)  # noqa: S101 - what decimal_type returns
    fits = source.scale <= target.scale and source.precision - source.scale <= target.precision - target.scale
    if not fits:
        return node
    return tree.Constant(fit_exactly(exact, target.precision, target.scale), target, place=node.place)


def projected(schema: Schema, selected: Sequence[Selected]) -> Schema:
    """The schema of a projection. Keys come in the order of the input's keys.

    Raises:
        InvalidError: an expression without a type.
    """
    by_key: list[list[Selected]] = [[] for _ in schema.keys]
    positions = {name: i for i, name in enumerate(schema.key_names())}
    for each in selected:
        if isinstance(each[1], tree.Column) and each[1].name in positions:
            by_key[positions[each[1].name]].append(each)
    queue = [each for group in by_key for each in group]
    keys: list[Field] = []
    values: list[Field] = []
    for alias, expression in selected:
        if isinstance(expression, tree.Column) and expression.name in positions:
            key_alias, key_expression = queue.pop(0)
            keys.append(Field(key_alias, type_of(key_expression, schema)))
        else:
            values.append(Field(alias, type_of(expression, schema)))
    return Schema(tuple(keys), tuple(values))


def final(
    node: Node, items: Sequence[SelectItem], *, persistent: bool, target: Source | None = None
) -> Project:
    """The projection that a query ends with.

    Raises:
        InvalidError: no value column, a key column twice, an unknown column.
    """
    step = node.step
    selected = expand(node, items, target)
    _check_known(node, items)
    schema = projected(step.schema, selected)
    if not persistent:
        # A push query shows key columns among its columns.
        order = tuple(Field(alias, type_of(expression, step.schema)) for alias, expression in selected)
        return Project(
            Schema(step.schema.keys, order),
            step.keys,
            step,
            tuple(selected),
            table=step.table,
            rekeyed=step.rekeyed,
        )
    values: list[Selected] = []
    seen: dict[str, list[str]] = {}
    for alias, expression in selected:
        if isinstance(expression, tree.Column):
            if expression.name in BOUNDS and alias == expression.name:
                continue
            if step.schema.has_key(expression.name):
                seen.setdefault(expression.name, []).append(alias)
                continue
        values.append((alias, expression))
    for name, aliases in seen.items():
        if len(set(aliases)) > 1:
            listed = " and ".join(sorted(set(aliases)))
            raise InvalidError(
                f"The projection contains a key column (`{name}`) more than once, aliased as: {listed}.\n"
                "Each key column must only be in the projection once. If you intended to copy the key into "
                "the value, then consider using the AS_VALUE function."
            )
    fields = tuple(
        f for f in schema.values if f.name not in BOUNDS or (f.name, tree.Column(f.name)) in values
    )
    if not fields:
        raise InvalidError("The projection contains no value columns.")
    return Project(
        Schema(schema.keys, fields), step.keys, step, tuple(values), table=step.table, rekeyed=step.rekeyed
    )


def _check_known(node: Node, items: Sequence[SelectItem]) -> None:
    """Refuses a reference to a join's made-up key when the join has none of that name."""
    known = {f.name for f in node.step.schema.values}
    for item in items:
        if item.expression is None or item.star:
            continue
        for column in tree.columns(item.expression):
            if column.name not in known and column.name != node.synthetic:
                raise InvalidError(
                    f"Column '{column.name}' cannot be resolved.",
                    line=column.place.line,
                    column=column.place.column,
                )


__all__ = ("Projection", "expand", "final", "projected")
