"""Where rows come from and go to: records read and written."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from embedded.ksql.catalog import Column, Format, Source
from embedded.ksql.errors import DataError
from embedded.ksql.functions.patterns import pattern
from embedded.ksql.operators.context import Context, Forward
from embedded.ksql.plan.schema import Field, KeyFormat, Schema
from embedded.ksql.record import ANY_PARTITION, Record
from embedded.ksql.serde import formats
from embedded.ksql.types import Type

LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: a later timestamp is taken for a mistake."""


def time_of(kind: Type, text_pattern: str | None) -> Callable[[Any], int]:
    """The function that makes a TIMESTAMP property's value into milliseconds; DataError when it cannot."""
    parse = pattern(text_pattern).parse_timestamp if text_pattern is not None else None

    def extract(value: Any) -> int:
        if value is None:
            raise DataError("the timestamp column is null")
        if parse is not None:
            try:
                stamp = parse(value, None)
            except ValueError as error:
                raise DataError(str(error)) from error
        else:
            stamp = value
        if not 0 <= stamp <= LATEST_MS:
            raise DataError(f"the timestamp {stamp} is not between 1970 and 9999")
        return int(stamp)

    del kind
    return extract


def pairs(columns: Iterable[Field]) -> list[tuple[str, Type]]:
    """Columns as (name, type)."""
    return [(f.name, f.type) for f in columns]


def _header(column: Column) -> Callable[[Record], Any]:
    if column.where == "headers":
        return lambda record: [(name, value) for name, value in record.headers]
    return lambda record: next((v for n, v in reversed(record.headers) if n == column.header), None)


def source_reader(source: Source, context: Context, forward: Forward) -> Callable[[Record], None]:
    """The handler of a source's records: each becomes a row with pseudo columns and copies of the keys."""
    values = [(c.name, c.type) for c in source.value_columns]
    keys = [(c.name, c.type) for c in source.key_columns]
    read_value = formats.reader(source.value_format, values, wrapped=source.wrap_single_value)
    read_key = formats.key_reader(source.key_format, keys)
    headers = [_header(c) for c in source.columns if c.where in {"header", "headers"}]
    window = source.window
    suffix = formats.window_bytes(window)
    # The same key can be written in more than one way, unless it is plain bytes.
    write_key = None if source.key_format.name in {"KAFKA", "NONE"} else formats.key_writer(source.key_format, keys)
    no_keys: list[Any] = [None] * len(keys)
    stamped = source.timestamp_column
    extract = stamp_place = None
    if stamped is not None:
        kind = next(c.type for c in source.columns if c.name == stamped)
        extract = time_of(kind, source.timestamp_format)
        names = [name for name, _ in values]
        stamp_place = names.index(stamped) if stamped in names else -1 - [n for n, _ in keys].index(stamped)

    def keys_of(key: bytes | None) -> list[Any]:
        if key is None or not keys:
            return no_keys
        parts = read_key(key[: len(key) - suffix] if suffix else key)
        return no_keys if parts is None else parts

    def process(record: Record) -> None:
        key, time = record.key, record.timestamp
        try:
            parts = keys_of(key)
            row = None if record.value is None else read_value(record.value)
            if extract is not None and stamp_place is not None:
                if row is None and stamp_place >= 0:
                    raise DataError("the timestamp column is null")
                time = extract(parts[-1 - stamp_place] if stamp_place < 0 else row[stamp_place])  # type: ignore[index]
            elif not 0 <= time <= LATEST_MS:
                raise DataError(f"the record's timestamp {time} is not between 1970 and 9999")
            bounds = () if window is None or key is None else formats.window_bounds(window, key)
        except DataError as error:
            context.dead_letter(str(error))
            return
        if time > context.stream_time:
            context.stream_time = time
        if not keys:
            key = None
        elif write_key is not None and key is not None:
            written = write_key(parts)
            key = None if written is None else written + key[len(key) - suffix :] if suffix else written
        if row is not None:
            row.extend(read(record) for read in headers)
            row += (time, record.partition, record.offset)
            row += parts
            if window is not None:
                row += bounds or (None, None)
        forward(key, row, time)

    return process


def sink_writer(
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
    key_of = key_converter(before, keys, schema.keys, key_format)
    outputs = context
    extract = place = None
    if timestamp is not None:
        names = [name for name, _ in columns]
        key_names = [f.name for f in schema.keys]
        fields = {f.name: f.type for f in (*schema.values, *schema.keys)}
        extract = time_of(fields[timestamp[0]], timestamp[1])
        place = names.index(timestamp[0]) if timestamp[0] in names else -1 - key_names.index(timestamp[0])
    read_key = formats.key_reader(keys.format, pairs(before))
    suffix = formats.window_bytes(keys.window)

    def process(key: Any, row: Any, time: int) -> None:
        if extract is not None and place is not None:
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
        value = None if row is None else write(row)
        outputs.outputs.append(
            Record(
                topic,
                key if key_of is None or key is None else key_of(key),
                value,
                time,
                ANY_PARTITION,
                -1,
                context.record.headers,
            )
        )

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
    from embedded.ksql.serde.json_writer import value_writer

    import orjson

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
