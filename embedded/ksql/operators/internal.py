"""Rows through internal topics: streams' rows, and tables' changes, as JSON."""

import base64
from collections.abc import Callable
from decimal import Decimal as Exact
from typing import Any, Final

import orjson

from embedded.ksql.catalog import Format
from embedded.ksql.operators.context import Change, Context, Forward
from embedded.ksql.operators.decode import layout
from embedded.ksql.plan.schema import Schema
from embedded.ksql.record import Record, RowRecord
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

Convert = Callable[[Any], Any]
_ROW: Final = object()
"""The memo of a record whose row is at hand: it need not be read again."""
_CHANGE: Final = object()
"""The same for one whose new and old row are."""
_PLAIN = frozenset({"BOOLEAN", "INTEGER", "BIGINT", "STRING", "DATE", "TIME", "TIMESTAMP"})


def _double_out(value: float) -> Any:
    return value if value - value == 0 else repr(value)


def codec(kind: Type) -> tuple[Convert, Convert] | None:  # noqa: PLR0911 - a branch for each case
    """The functions that make a value ready for JSON and back; None when JSON keeps it as it is."""
    if kind.name in _PLAIN:
        return None
    if kind.name == "DOUBLE":
        return _double_out, float
    if kind.name == "BYTES":
        return lambda v: base64.b64encode(v).decode(), base64.b64decode
    if isinstance(kind, Decimal):
        return str, Exact
    if isinstance(kind, Array):
        inner = codec(kind.item)
        if inner is None:
            return None
        out, back = map(_nullable, inner)
        return (lambda v: [out(x) for x in v]), (lambda v: [back(x) for x in v])
    if isinstance(kind, Map):
        key, value = (_pair(codec(kind.key)), _pair(codec(kind.value)))
        return (
            lambda v: [[key[0](k), value[0](x)] for k, x in v.items()],
            lambda v: {key[1](k): value[1](x) for k, x in v},
        )
    assert isinstance(kind, Struct)  # noqa: S101 - no type is left
    pairs = [_pair(codec(inner)) for _, inner in kind.fields]
    return (
        lambda v: [out(x) for (out, _), x in zip(pairs, v, strict=True)],
        lambda v: tuple(back(x) for (_, back), x in zip(pairs, v, strict=True)),
    )


def _nullable(convert: Convert) -> Convert:
    return lambda v: None if v is None else convert(v)


def _pair(found: tuple[Convert, Convert] | None) -> tuple[Convert, Convert]:
    if found is None:
        return (lambda v: v), (lambda v: v)
    return _nullable(found[0]), _nullable(found[1])


def row_codec(schema: Schema) -> tuple[Convert, Convert]:
    """The functions that make a row ready for JSON and back; rows may be None."""
    special = [(i, *found) for i, f in enumerate(schema.values) if (found := codec(f.type)) is not None]
    if not special:
        return (lambda row: row), (lambda row: row)

    def out(row: Any) -> Any:
        if row is None:
            return None
        row = list(row)
        for i, convert, _ in special:
            if row[i] is not None:
                row[i] = convert(row[i])
        return row

    def back(row: Any) -> Any:
        if row is None:
            return None
        for i, _, convert in special:
            if row[i] is not None:
                row[i] = convert(row[i])
        return row

    return out, back


def _writer(schema: Schema) -> Convert:
    """The function that makes a row ready for JSON; most rows are as they are."""
    out, _ = row_codec(schema)
    columns = tuple((f.name, f.type) for f in schema.values)
    known = layout(Format("JSON"), tuple((str(i), kind) for i, (_, kind) in enumerate(columns)), wrapped=True)
    if known is None:
        return out
    finite = known.finite
    if finite is None:
        return lambda row: row
    return lambda row: row if finite(row) else out(row)


def stream_writer(schema: Schema, topic: str, context: Context) -> Forward:
    """The handler that writes a stream's rows to an internal topic."""
    out = _writer(schema)

    def write(row: Any) -> bytes | None:
        return None if row is None else orjson.dumps(out(row))

    def process(key: Any, row: Any, time: int) -> None:
        made = RowRecord(topic, key, row, write, time, context.record.headers)
        made.memo = (_ROW, row)
        context.outputs.append(made)

    return process


def stream_reader(schema: Schema, context: Context, forward: Forward) -> Callable[[Record], None]:
    """The handler of an internal topic's records."""
    _, back = row_codec(schema)

    def process(record: Record) -> None:
        if record.timestamp > context.stream_time:  # noqa: PLR1730 - max() takes three times as long
            context.stream_time = record.timestamp
        memo = record.memo
        if memo is not None and memo[0] is _ROW:
            row = memo[1]
        else:
            value = record.value
            row = None if value is None else back(orjson.loads(value))
        forward(record.key, row, record.timestamp)

    return process


def change_writer(schema: Schema, topic: str, context: Context) -> Change:
    """The handler that writes a table's changes to an internal topic."""
    out, _ = row_codec(schema)

    def write(change: Any) -> bytes:
        return orjson.dumps([out(change[0]), out(change[1])])

    def process(key: Any, new: Any, before: Any, time: int) -> None:
        made = RowRecord(topic, key, (new, before), write, time, context.record.headers)
        made.memo = (_CHANGE, new, before)
        context.outputs.append(made)

    return process


def change_reader(schema: Schema, context: Context, forward: Change) -> Callable[[Record], None]:
    """The handler of an internal topic with a table's changes."""
    _, back = row_codec(schema)

    def process(record: Record) -> None:
        context.stream_time = max(context.stream_time, record.timestamp)
        memo = record.memo
        if memo is not None and memo[0] is _CHANGE:
            forward(record.key, memo[1], memo[2], record.timestamp)
            return
        value = record.value
        if value is not None:
            new, before = orjson.loads(value)
            forward(record.key, back(new), back(before), record.timestamp)

    return process
