"""ksqlDB's rules of joins: which sources may be joined how."""

from typing import Final

from embedded.ksql.errors import InvalidError
from embedded.ksql.language.show import show
from embedded.ksql.plan.join_sides import on_key, plain
from embedded.ksql.plan.join_tree import Joined, leftmost, partition_count
from embedded.ksql.plan.schema import source_schema
from embedded.ksql.plan.typing import type_of

_KINDS: Final = {
    "INNER": "[INNER] JOIN",
    "LEFT": "LEFT [OUTER] JOIN",
    "RIGHT": "RIGHT [OUTER] JOIN",
    "OUTER": "[FULL] OUTER JOIN",
}


def check_partitions(node: Joined) -> None:
    """Checks that both sides have equally many partitions.

    Raises:
        InvalidError: they have not.
    """
    left, right = partition_count(node.left), partition_count(node.right)
    if left != right:
        names = f"`{leftmost(node.left)}`", f"`{leftmost(node.right)}`"
        raise InvalidError(
            f"Can't join {names[0]} with {names[1]} since the number of partitions don't match. "
            f"{names[0]} partitions = {left}; {names[1]} partitions = {right}. Please repartition either "
            "one so that the number of partitions match."
        )


def check_tables(node: Joined, *, left_table: bool, right_table: bool) -> bool:  # noqa: C901, PLR0912 - a branch for each case
    """Checks the rules for joins with tables.

    Args:
        node: the join.
        left_table: its left side is a table, or a join of tables.
        right_table: its right side is.

    Returns:
        Whether it is a foreign-key join.

    Raises:
        InvalidError: a rule is broken.
    """
    info = node.info
    names = f"{info.left.source.name} {_KINDS[info.kind]} {info.right.source.name}"
    if not left_table and right_table:
        if info.kind in {"OUTER", "RIGHT"}:
            what = "full-outer" if info.kind == "OUTER" else "right-outer"
            raise InvalidError(
                f"Invalid join type: {what} join not supported for stream-table join. Got {names}."
            )
        if not on_key(info.right_on, info.right):
            raise InvalidError(
                "Invalid join condition: stream-table joins require to join on the table's primary key. "
                f"Got {info.condition}."
            )
        return False
    if left_table and not right_table:
        raise InvalidError(
            f"Invalid join order: table-stream joins are not supported; only stream-table joins. Got {names}."
        )
    if not left_table:
        return False
    if not on_key(info.right_on, info.right):
        raise InvalidError(
            "Invalid join condition: table-table joins require to join on the primary key of the right "
            f"input table. Got {info.condition}."
        )
    right_type = source_schema(info.right.source).keys[0].type
    left_schema = source_schema(info.left.source)
    foreign = not on_key(info.left_on, info.left)
    if foreign and info.kind == "OUTER":
        raise InvalidError(
            f"Invalid join type: full-outer join not supported for foreign-key table-table join. Got {names}."
        )
    if foreign and isinstance(node.left, Joined):
        raise InvalidError(
            "Invalid join condition: foreign-key table-table joins are not supported as part of n-way "
            f"joins. Got {info.condition}."
        )
    left_type = type_of(plain(info.left_on), left_schema)
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
