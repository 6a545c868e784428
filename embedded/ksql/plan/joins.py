"""JOIN: the tree of joins, its keys, and the repartitions that it needs."""

from embedded.ksql.catalog import Format
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import tree
from embedded.ksql.language.statements import Select
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.foreign_keys import foreign_key_join
from embedded.ksql.plan.join_rules import check_partitions, check_tables
from embedded.ksql.plan.join_sides import plain, prefixed
from embedded.ksql.plan.join_tree import (
    Joined,
    Leaf,
    equal_to_key,
    holds,
    tree_of,
    viable_keys,
)
from embedded.ksql.plan.names import AliasGenerator, joined
from embedded.ksql.plan.nodes import Node, Projection, keys_missing, ordered
from embedded.ksql.plan.rekey import needed, rekey
from embedded.ksql.plan.resolve import Scope
from embedded.ksql.plan.schema import Field, KeyFormat, Schema, key_format, source_schema
from embedded.ksql.plan.steps import (
    Read,
    Repartition,
    Step,
    StreamStreamJoin,
    StreamTableJoin,
    TableTableJoin,
)


def join(query: Select, scope: Scope, default_key: Format, projection: Projection) -> Node:
    """The joins of a query.

    Args:
        query: resolved, with qualified references.
        scope: its sources.
        default_key: the key format when no source has one.
        projection: the select items, which choose the key's name.

    Raises:
        InvalidError: ksqlDB's rules of joins are broken.
    """
    root = tree_of(query.joins, scope)
    builder = _Builder(scope, projection)
    target = builder.preferred(root) or _default_format(scope, default_key)
    return builder.build(root, KeyFormat(target.format, target.window), final=True)


def _default_format(scope: Scope, default_key: Format) -> KeyFormat:
    for each in scope.sources:
        if each.source.key_format.name != "NONE":
            return key_format(each.source)
    return KeyFormat(default_key)


class _Builder:
    """Builds steps for a tree of joins from the bottom up."""

    def __init__(self, scope: Scope, projection: Projection) -> None:
        self._scope = scope
        self._projection = projection

    def preferred(self, node: Leaf | Joined, on: Expression | None = None) -> KeyFormat | None:
        """The key format that a side would like to keep; None when it is repartitioned anyway."""
        if isinstance(node, Leaf):
            schema = source_schema(node.source.source)
            if on is not None and needed(schema, [plain(on)]):
                return None
            return key_format(node.source.source)
        if (
            on is not None
            and on not in equal_to_key(node)
            and needed(self._join_schema(node), [self._scope.flat(on)])
        ):
            return None
        return self.preferred(node.left, node.info.left_on) or self.preferred(node.right, node.info.right_on)

    def _join_schema(self, node: Joined) -> Schema:
        return self.build(node, KeyFormat(Format("JSON")), final=False).step.schema

    def build(self, node: Joined, keys: KeyFormat, *, final: bool) -> Node:
        """The steps of a join whose result has keys of format `keys`."""
        info = node.info
        left_table = self._is_table(node.left)
        right_table = node.right.source.source.kind == "TABLE"
        if check_tables(node, left_table=left_table, right_table=right_table):
            return foreign_key_join(node, self._scope, self._star)
        left = self._side(node.left, info.left_on, keys, "Left")
        right = self._side(node.right, info.right_on, keys, "Right")
        viable = viable_keys(node)
        chosen = next((c for c in viable if self._projection.contains(c)), viable[0] if viable else None)
        if chosen is not None:
            name = joined(str(chosen.source), chosen.name)
        else:
            bare = [
                f.name
                for each in self._scope.sources
                if holds(node, each)
                for f in source_schema(each.source).values
            ]
            name = AliasGenerator(bare).join_key()
        schema = _joined_schema(name, left.schema, right.schema)
        if not left_table and not right_table and info.within is None:
            raise InvalidError("Stream-Stream joins must have a WITHIN clause specified. None was provided.")
        if right_table and info.within is not None:
            what = "Table-Table" if left_table else "Stream-Table"
            raise InvalidError(
                f"A window definition was provided for a {what} join. These joins are not windowed. "
                "Please drop the window definition (i.e. the WITHIN clause)."
            )
        table = left_table and right_table
        step: Step
        if table:
            step = TableTableJoin(schema, left.keys, info.kind, left, right, table=True)
        elif right_table:
            step = StreamTableJoin(schema, left.keys, info.kind, left, right, table=False)
        else:
            assert info.within is not None  # noqa: S101 - checked above
            step = StreamStreamJoin(schema, left.keys, info.kind, left, right, info.within, table=False)
        synthetic = name if chosen is None else None
        check_partitions(node)

        def check(sink: str, projection: Projection) -> None:
            flat = [tree.Column(joined(str(c.source), c.name)) for c in viable]
            options: list[Expression] = [*viable, *flat] or [tree.Column(name)]
            if not any(projection.contains(option) for option in options):
                raise keys_missing(
                    sink,
                    "join expression",
                    viable or [tree.Column(name)],
                    all_required=False,
                    synthetic=chosen is None,
                )

        return Node(
            step,
            star=lambda source: self._star(source, synthetic if final else None),
            check_keys=check,
            synthetic=synthetic if final else None,
        )

    def _star(self, source: str | None, synthetic: str | None) -> list[str]:
        names = [
            joined(each.alias, column)
            for each in self._scope.sources
            if source is None or each.alias == source
            for column in ordered(source_schema(each.source))
        ]
        return [synthetic, *names] if synthetic is not None and source is None else names

    def _is_table(self, node: Leaf | Joined) -> bool:
        if isinstance(node, Leaf):
            return node.source.source.kind == "TABLE"
        return self._is_table(node.left) and node.right.source.source.kind == "TABLE"

    def _side(self, node: Leaf | Joined, on: Expression, keys: KeyFormat, side: str) -> Step:
        """One side, keyed by its part of the condition, with its columns under their joined names."""
        if isinstance(node, Joined):
            inner_keys = self.preferred(node) or keys
            inner = self.build(node, inner_keys, final=False).step
            if on in equal_to_key(node):
                return self._cut(inner, side)
            return self._cut(rekey(inner, [self._scope.flat(on)], keys), side)
        source = node.source.source
        read: Step = Read(source_schema(source), key_format(source), source, table=source.kind == "TABLE")
        read = rekey(read, [plain(on)], keys)
        return self._cut(prefixed(read, node.source.alias), side)

    def _cut(self, step: Step, side: str) -> Step:
        if not step.rekeyed:
            return step
        return Repartition(step.schema, step.keys, step, f"Join-{side}", table=step.table)


def _joined_schema(name: str, left: Schema, right: Schema) -> Schema:
    if len(left.keys) != 1 or len(right.keys) != 1:
        raise UnsupportedError("joins of sources with several key columns are not supported", feature="JOIN")
    kind, other = left.keys[0].type, right.keys[0].type
    if kind != other:
        raise InvalidError(f"Invalid join. Key types differ: {kind} vs {other}")
    values = left.values + right.values
    if all(f.name != name for f in values):
        values = (*values, Field(name, kind))
    return Schema((Field(name, kind),), values)
