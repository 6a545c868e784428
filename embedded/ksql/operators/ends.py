"""Where rows come from and go to: records read and written."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from embedded.ksql.catalog import Format, Source
from embedded.ksql.errors import DataError
from embedded.ksql.operators.context import Context, Forward
from embedded.ksql.operators.decode import LATEST_MS, decoder, layout, time_of
from embedded.ksql.plan.schema import Field, KeyFormat, Schema
from embedded.ksql.record import ANY_PARTITION, Record
from embedded.ksql.serde import formats
from embedded.ksql.serde.json_writer import value_writer
from embedded.ksql.types import Type


def pairs(columns: Iterable[Field]) -> list[tuple[str, Type]]:
    """Columns as (name, type)."""
    return [(f.name, f.type) for f in columns]


def source_reader(source: Source, context: Context, forward: Forward) -> Callable[[Record], None]:
    """The handler of a source's records."""
    decode = decoder(source)

    def process(record: Record) -> None:
        try:
            _, key, row, time = decode(record)
        except DataError as error:
            context.dead_letter(str(error))
            return
        if time > context.stream_time:  # noqa: PLR1730 - max() takes three times as long
            context.stream_time = time
        forward(key, row, time)

    return process


def sink_writer(  # noqa: PLR0917 - what a Write step says
    schema: Schema,
    before: Sequence[Field],
    keys: KeyFormat,
    topic: str,
    key_format: Format,
    value_format: Format,
    wrap: bool,
    timestamp: tuple[str, str | None] | None,
    context: Context,
) -> Forward:
    """The handler that writes rows to the sink's topic; their keys were written as columns `before`."""
    columns = [(f.name, f.type) for f in schema.values]
    write = formats.writer(value_format, columns, wrapped=wrap)
    known = layout(value_format, tuple(columns), wrapped=wrap)
    finite = None if known is None else known.finite
    key_of = key_converter(before, keys, schema.keys, key_format)
    extract = place = None
    if timestamp is not None:
        names = [name for name, _ in columns]
        key_names = [f.name for f in schema.keys]
        extract = time_of(timestamp[1])
        place = names.index(timestamp[0]) if timestamp[0] in names else -1 - key_names.index(timestamp[0])
    read_key = formats.key_reader(keys.format, pairs(before))
    suffix = formats.window_bytes(keys.window)

    plain_stamp = timestamp is not None and timestamp[1] is None and place is not None and place >= 0

    def process(key: Any, row: Any, time: int) -> None:
        if plain_stamp and row is not None and type(stamp := row[place]) is int and 0 <= stamp <= LATEST_MS:
            time = stamp
        elif extract is not None and place is not None:
            if row is None:
                time = context.stream_time
            else:
                try:
                    if place < 0:
                        parts = None if key is None else read_key(key[: len(key) - suffix] if suffix else key)
                        time = extract(None if parts is None else parts[-1 - place])
                    else:
                        time = extract(row[place])
                except DataError as error:
                    context.dead_letter(f"writing to {topic}: {error}")
                    return
        made = Record(
            topic,
            key if key_of is None or key is None else key_of(key),
            None if row is None else write(row),
            time,
            ANY_PARTITION,
            -1,
            context.record.headers,
        )
        if known is not None and row is not None and (finite is None or finite(row)):
            made.memo = (known, row)
        context.outputs.append(made)

    return process


def key_converter(
    before: Sequence[Field], keys: KeyFormat, after: Sequence[Field], wanted: Format
) -> Callable[[bytes], bytes | None] | None:
    """The function that writes a key of columns `before` in another format, with the names of `after`.

    None when it stays as it is.
    """
    if not after or wanted.name == "NONE":
        return lambda _: None
    named = wanted.name == "JSON" and len(after) > 1
    if wanted == keys.format and not (named and [f.name for f in before] != [f.name for f in after]):
        return None
    read = formats.key_reader(keys.format, pairs(before))
    write = formats.key_writer(wanted, pairs(after))
    suffix = formats.window_bytes(keys.window)

    def convert(key: bytes) -> bytes | None:
        plain = key[: len(key) - suffix] if suffix else key
        parts = read(plain)
        written = None if parts is None else write(parts)
        return None if written is None else written + key[len(plain) :]

    return convert


def push_writer(schema: Schema, context: Context) -> Forward:
    """The handler that puts out the rows of a push query: a JSON array of the columns."""
    writers = [value_writer(f.type) for f in schema.values]

    def process(key: Any, row: Any, time: int) -> None:
        if row is None:
            value = None
        else:
            value = orjson.dumps(
                [v if v is None or w is None else w(v) for v, w in zip(row, writers, strict=True)]
            )
        context.outputs.append(Record("", key, value, time, ANY_PARTITION, -1, ()))

    return process
