"""JOIN: the tree of joins, its keys, and the repartitions that it needs."""

from embedded.ksql.catalog import Format
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import Select
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.join_tree import (
    Joined,
    Leaf,
    equal_to_key,
    holds,
    leftmost,
    partition_count,
    tree_of,
    viable_keys,
)
from embedded.ksql.plan.names import AliasGenerator, joined
from embedded.ksql.plan.nodes import Node, Projection, keys_missing, ordered
from embedded.ksql.plan.rekey import needed, rekey, rekeyed_schema
from embedded.ksql.plan.resolve import Aliased, Scope
from embedded.ksql.plan.schema import Field, KeyFormat, Schema, key_format, source_schema
from embedded.ksql.plan.steps import (
    ForeignKeyJoin,
    Project,
    Read,
    Repartition,
    Step,
    StreamStreamJoin,
    StreamTableJoin,
    TableTableJoin,
)
from embedded.ksql.plan.typing import type_of

_KINDS = {
    "INNER": "[INNER] JOIN",
    "LEFT": "LEFT [OUTER] JOIN",
    "RIGHT": "RIGHT [OUTER] JOIN",
    "OUTER": "[FULL] OUTER JOIN",
}


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
            if on is not None and needed(schema, [_plain(on)]):
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
        foreign = self._verify(node, left_table=left_table, right_table=right_table)
        if foreign:
            return self._foreign(node)
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
        self._check_partitions(node)

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
        plain = _plain(on)
        read = rekey(read, [plain], keys)
        return self._cut(_prefixed(read, node.source.alias), side)

    def _cut(self, step: Step, side: str) -> Step:
        if not step.rekeyed:
            return step
        return Repartition(step.schema, step.keys, step, f"Join-{side}", table=step.table)

    def _check_partitions(self, node: Joined) -> None:
        left, right = partition_count(node.left), partition_count(node.right)
        if left != right:
            names = f"`{leftmost(node.left)}`", f"`{leftmost(node.right)}`"
            raise InvalidError(
                f"Can't join {names[0]} with {names[1]} since the number of partitions don't match. "
                f"{names[0]} partitions = {left}; {names[1]} partitions = {right}. Please repartition either "
                "one so that the number of partitions match."
            )

    def _verify(self, node: Joined, *, left_table: bool, right_table: bool) -> bool:  # noqa: C901, PLR0912 - a branch for each case
        """Checks the rules for tables; True for a foreign-key join."""
        info = node.info
        names = f"{info.left.source.name} {_KINDS[info.kind]} {info.right.source.name}"
        if not left_table and right_table:
            if info.kind in {"OUTER", "RIGHT"}:
                what = "full-outer" if info.kind == "OUTER" else "right-outer"
                raise InvalidError(
                    f"Invalid join type: {what} join not supported for stream-table join. Got {names}."
                )
            if not _on_key(info.right_on, info.right):
                raise InvalidError(
                    "Invalid join condition: stream-table joins require to join on the table's primary key. "
                    f"Got {info.condition}."
                )
            return False
        if left_table and not right_table:
            raise InvalidError(
                "Invalid join order: table-stream joins are not supported; only stream-table joins. "
                f"Got {names}."
            )
        if not left_table:
            return False
        if not _on_key(info.right_on, info.right):
            raise InvalidError(
                "Invalid join condition: table-table joins require to join on the primary key of the right "
                f"input table. Got {info.condition}."
            )
        right_type = source_schema(info.right.source).keys[0].type
        left_schema = source_schema(info.left.source)
        foreign = not _on_key(info.left_on, info.left)
        if foreign and info.kind == "OUTER":
            raise InvalidError(
                "Invalid join type: full-outer join not supported for foreign-key table-table join. "
                f"Got {names}."
            )
        if foreign and isinstance(node.left, Joined):
            raise InvalidError(
                "Invalid join condition: foreign-key table-table joins are not supported as part of n-way "
                f"joins. Got {info.condition}."
            )
        left_type = type_of(_plain(info.left_on), left_schema)
        if left_type != right_type:
            sides = [(info.left_on, left_type), (info.right_on, right_type)]
            if info.flipped:
                sides.reverse()
            shown = " = ".join(f"{show(on)}{{{kind}}}" for on, kind in sides)
            raise InvalidError(f"Invalid join condition: types don't match. Got {shown}.")
        if foreign and info.kind == "RIGHT":
            raise InvalidError("RIGHT OUTER JOIN on a foreign key is not supported")
        if foreign and info.right.source.window is not None:
            raise InvalidError("Foreign-key table-table joins are not supported on windowed tables.")
        if foreign and info.within is not None:
            raise InvalidError("A window definition was provided for a Table-Table join.")
        return foreign

    def _foreign(self, node: Joined) -> Node:
        info = node.info
        assert isinstance(node.left, Leaf)  # noqa: S101 - `_verify` has checked it
        sides: list[Step] = []
        for aliased in (info.left, info.right):
            source = aliased.source
            read = Read(source_schema(source), key_format(source), source, table=True)
            sides.append(_prefixed(read, aliased.alias))
        left, right = sides
        schema = Schema(left.schema.keys, left.schema.values + right.schema.values)
        on = self._scope.flat(info.left_on)
        step = ForeignKeyJoin(schema, left.keys, info.kind, left, right, on, "ForeignKeyJoin", table=True)
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

        return Node(step, star=lambda source: self._star(source, None), check_keys=check)


def _plain(on: Expression) -> Expression:
    """A side of a condition over its own source: references without qualifiers."""
    return tree.rewrite(
        on,
        lambda each: (
            tree.Column(each.name, place=each.place)
            if isinstance(each, tree.Column) and each.source
            else None
        ),
    )


def _on_key(on: Expression, aliased: Aliased) -> bool:
    keys = aliased.source.key_columns
    return isinstance(on, tree.Column) and len(keys) == 1 and on.name == keys[0].name


def _prefixed(step: Step, alias: str) -> Project:
    keys = tuple(Field(joined(alias, f.name), f.type) for f in step.schema.keys)
    values = tuple(Field(joined(alias, f.name), f.type) for f in step.schema.values)
    selects = tuple((joined(alias, f.name), tree.Column(f.name)) for f in step.schema.values)
    return Project(Schema(keys, values), step.keys, step, selects, table=step.table, rekeyed=step.rekeyed)


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


__all__ = ("join", "rekeyed_schema")
