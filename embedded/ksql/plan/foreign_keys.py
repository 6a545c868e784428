"""Foreign-key joins: rows of a table, each with the row of another table whose key it names."""

from collections.abc import Callable

from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.plan.join_sides import prefixed
from embedded.ksql.plan.join_tree import Joined
from embedded.ksql.plan.names import joined
from embedded.ksql.plan.nodes import Node, Projection
from embedded.ksql.plan.resolve import Aliased, Scope
from embedded.ksql.plan.schema import Schema, key_format, source_schema
from embedded.ksql.plan.steps import ForeignKeyAnswer, ForeignKeyJoin, Read, Step


def foreign_key_join(node: Joined, scope: Scope, star: Callable[[str | None, str | None], list[str]]) -> Node:
    """The join of two tables of which the left one names the right one's key in `node.info.left_on`.

    Args:
        node: the join; its rules have been checked.
        scope: the query's sources.
        star: the columns of `*` or `source.*`, given the source and the name of a made-up key column.
    """
    info = node.info
    left, right = _side(info.left), _side(info.right)
    answer = ForeignKeyAnswer(right.schema, right.keys, right, left.schema, left.keys, table=True)
    schema = Schema(left.schema.keys, left.schema.values + right.schema.values)
    on = scope.flat(info.left_on)
    step = ForeignKeyJoin(schema, left.keys, info.kind, left, answer, on, table=True)
    keys = [tree.Column(f.name, info.left.alias) for f in info.left.source.key_columns]

    def check(sink: str, projection: Projection) -> None:
        missing = [
            key.name
            for key in keys
            if not projection.contains(key)
            and not projection.contains(tree.Column(joined(info.left.alias, key.name)))
        ]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise InvalidError(
                f"Primary key column{plural} missing in projection. For foreign-key table-table joins, "
                "the projection must include all primary key columns from the left input table "
                f"(`{info.left.alias}`). Missing column{plural}: "
                f"{', '.join(f'`{name}`' for name in missing)}. {sink}"
            )

    return Node(step, star=lambda source: star(source, None), check_keys=check)


def _side(aliased: Aliased) -> Step:
    source = aliased.source
    return prefixed(Read(source_schema(source), key_format(source), source, table=True), aliased.alias)
