"""INSERT INTO: schemas that fit, and values as a record."""

import time
from collections.abc import Sequence
from typing import Any

from embedded.ksql.catalog import Column, Source
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions.casts import converter, nullable
from embedded.ksql.expressions.coercion import coercible, literal
from embedded.ksql.expressions.compiler import Compiler
from embedded.ksql.functions.signature import castable
from embedded.ksql.language import statements as ast
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.operators import rows
from embedded.ksql.plan.schema import Schema
from embedded.ksql.record import ANY_PARTITION, Record
from embedded.ksql.serde import formats
from embedded.ksql.types import Decimal, Type


def check_schema(result: Schema, target: Source) -> None:
    """Raises InvalidError unless the result of an INSERT INTO … SELECT fits its target."""
    ours = [(f.name, f.type, "key") for f in result.keys] + [(f.name, f.type, "value") for f in result.values]
    theirs = [(c.name, c.type, c.where) for c in target.columns]
    fits = len(ours) == len(theirs) and all(
        a[0] == b[0] and a[2] == b[2] and _fits(a[1], b[1]) for a, b in zip(ours, theirs, strict=True)
    )
    if not fits:
        raise InvalidError(
            "Incompatible schema between results and sink.\n"
            f"Result schema is {_shown(ours)}\nSink schema is {_shown(theirs)}"
        )


def _fits(source: Type, target: Type) -> bool:
    if isinstance(source, Decimal) and isinstance(target, Decimal):
        return (
            source.scale <= target.scale
            and source.precision - source.scale <= target.precision - target.scale
        )
    if source == target:
        return True
    return source.name != target.name and castable(source.name, target.name)


def _shown(columns: Sequence[tuple[str, Type, str]]) -> str:
    return ", ".join(f"`{name}` {kind}{' KEY' if where == 'key' else ''}" for name, kind, where in columns)


def record(statement: ast.InsertValues, target: Source) -> Record:
    """The record of an INSERT INTO … VALUES.

    Raises:
        InvalidError: values that do not fit, or a target that takes none.
    """
    if target.window is not None:
        raise InvalidError("Cannot insert values into windowed stream/table!")
    if target.read_only:
        raise InvalidError(f"Cannot insert values into read-only {target.kind.lower()}: {target.name}")
    if any(c.where in {"header", "headers"} for c in target.columns):
        raise InvalidError(f"Cannot insert into {target.name} because it has header columns")
    names = list(statement.columns) or [c.name for c in target.columns]
    if len(names) != len(statement.values):
        raise InvalidError(
            f"Expected number columns and values to match: {names}, {[show(v) for v in statement.values]}"
        )
    known = {c.name: c for c in target.columns}
    given: dict[str, Any] = {}
    stamp = time.time_ns() // 1_000_000
    for name, node in zip(names, statement.values, strict=True):
        if name == "ROWTIME":
            stamp = int(rows.value(node, {})([]))
            continue
        if name not in known:
            raise InvalidError(f"Column name `{name}` does not exist.")
        given[name] = _value(node, known[name])
    if target.timestamp_column is not None and target.timestamp_format is None:
        stamp = given.get(target.timestamp_column) or stamp
    return Record(target.topic, _key(target, given), _row(target, given), stamp, ANY_PARTITION)


def _key(target: Source, given: dict[str, Any]) -> bytes | None:
    columns = target.key_columns
    if not columns:
        return None
    parts = [given.get(c.name) for c in columns]
    if target.kind == "TABLE" and any(part is None for part in parts):
        raise InvalidError(
            f"Failed to insert values into '{target.name}'. Value for primary key column(s) is required for "
            "tables"
        )
    if all(part is None for part in parts):
        return None
    return formats.key_writer(target.key_format, [(c.name, c.type) for c in columns])(parts)


def _row(target: Source, given: dict[str, Any]) -> bytes | None:
    columns = target.value_columns
    row = [given.get(c.name) for c in columns]
    write = formats.writer(
        target.value_format, [(c.name, c.type) for c in columns], wrapped=target.wrap_single_value
    )
    return write(row)


def _value(node: tree.Expression, column: Column) -> Any:
    if isinstance(node, tree.Constant):
        if node.value is None or node.type == column.type:
            return node.value
        if node.type is not None and coercible(node.type, column.type, lax=False) is None:
            raise InvalidError(
                f"Expected type {column.type} for field `{column.name}` but got {node.type}({show(node)})"
            )
        return literal(node.value, column.type)
    kind = Compiler({}).type_of(node)
    computed = rows.value(node, {})([])
    if kind is None or kind == column.type:
        return computed
    if coercible(kind, column.type, lax=False) is None:
        raise InvalidError(f"Expected type {column.type} for field `{column.name}` but got {kind}")
    return nullable(converter(kind, column.type))(computed)
