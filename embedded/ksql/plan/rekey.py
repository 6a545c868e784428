"""PARTITION BY, and the change of key that a join asks for."""

from collections.abc import Sequence

from embedded.ksql.catalog import Format
from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.names import AliasGenerator
from embedded.ksql.plan.nodes import Node, Projection, keys_missing, ordered
from embedded.ksql.plan.schema import Field, KeyFormat, Schema
from embedded.ksql.plan.steps import Rekey, Step
from embedded.ksql.plan.typing import type_of
from embedded.ksql.serde.support import supports_key, supports_keys


def needed(schema: Schema, expressions: Sequence[Expression]) -> bool:
    """Whether keys change when rows are keyed by `expressions`."""
    names = schema.key_names()
    if len(names) != 1 or len(expressions) != 1:
        return True
    only = expressions[0]
    return not (isinstance(only, tree.Column) and only.name == names[0])


def is_null(expressions: Sequence[Expression]) -> bool:
    """Whether this is PARTITION BY NULL.

    Raises:
        InvalidError: NULL among several expressions.
    """
    found = any(isinstance(e, tree.Constant) and e.value is None for e in expressions)
    if found and len(expressions) > 1:
        raise InvalidError("Cannot PARTITION BY multiple columns including NULL")
    return found


def rekeyed_schema(schema: Schema, expressions: Sequence[Expression]) -> tuple[Schema, tuple[bool, ...]]:
    """The schema after a change of key, and which expressions are appended as columns."""
    if is_null(expressions):
        return Schema((), schema.values), (False,)
    names = AliasGenerator(f.name for f in (*schema.keys, *schema.values))
    keys: list[Field] = []
    appended: list[bool] = []
    for each in expressions:
        append = not isinstance(each, tree.Column)
        name = names.alias(each) if append else each.name  # type: ignore[attr-defined]
        keys.append(Field(name, type_of(each, schema)))
        appended.append(append)
    extra = tuple(key for key, append in zip(keys, appended, strict=True) if append)
    return Schema(tuple(keys), schema.values + extra), tuple(appended)


def rekey(step: Step, expressions: Sequence[Expression], keys: KeyFormat | None) -> Step:
    """The step keyed by `expressions`, in format `keys` (None: as it is); itself when nothing changes.

    Raises:
        InvalidError: a table, or a windowed source, would have to be repartitioned.
    """
    change = needed(step.schema, expressions)
    wanted = step.keys.format if keys is None else keys.format
    if not change and (keys is None or keys == step.keys):
        return step
    if step.table:
        if change:
            raise InvalidError(
                "Cannot repartition a TABLE source. If this is a join, make sure that the criteria uses the "
                f"TABLE's key column {', '.join(step.schema.key_names())}."
            )
        if step.keys.window is not None:
            raise InvalidError("Implicit repartitioning of windowed sources is not supported.")
    elif step.keys.window is not None:
        raise InvalidError("Implicit repartitioning of windowed sources is not supported.")
    schema, appended = rekeyed_schema(step.schema, expressions)
    kinds = [f.type for f in schema.keys]
    chosen = wanted
    fits = supports_keys(chosen, len(kinds)) and all(supports_key(chosen, kind) for kind in kinds)
    if kinds and chosen.name != "NONE" and not fits:
        chosen = Format("JSON")
    return Rekey(
        schema, KeyFormat(chosen), step, tuple(expressions), appended, table=step.table, rekeyed=True
    )


def partition_by(node: Node, expressions: Sequence[Expression], originals: Sequence[Expression]) -> Node:
    """PARTITION BY on top of `node`.

    Args:
        node: the input.
        expressions: with flat references.
        originals: as they were written, for messages.

    Raises:
        InvalidError: the input cannot be repartitioned.
    """
    if node.step.table:
        raise InvalidError("PARTITION BY is not supported for tables: use GROUP BY")
    null = is_null(expressions)
    step = rekey(node.step, expressions, None)
    schema = rekeyed_schema(node.step.schema, expressions)[0] if step is not node.step else step.schema
    names = schema.key_names()

    def resolve(_: int, each: Expression) -> Expression:
        for name, expression in zip(names, expressions, strict=False):
            if each == expression:
                return tree.Column(name, place=each.place)
        return each

    def check(sink: str, projection: Projection) -> None:
        if not null and not all(
            projection.contains(e) or projection.contains(o)
            for e, o in zip(expressions, originals, strict=True)
        ):
            raise keys_missing(sink, "partitioning expression", list(originals))

    return Node(
        step, star=lambda _: ordered(step.schema), resolve=resolve, check_keys=check, synthetic=node.synthetic
    )
