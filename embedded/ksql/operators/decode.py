"""Records of a source as rows: decoded once, however many queries read them."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from embedded.ksql.catalog import Column, Format, Source, Window
from embedded.ksql.errors import DataError
from embedded.ksql.functions.patterns import pattern
from embedded.ksql.record import Record
from embedded.ksql.serde import formats
from embedded.ksql.types import Array, Struct, Type

LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: a later timestamp is taken for a mistake."""

Decoded = tuple[object, bytes | None, list[Any] | None, int]
"""A record's memo once it is decoded: the decoder, the key, the row and the time."""

_EXACT: Final = frozenset({"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "STRING"})


class Layout:
    """Value columns that JSON gives back exactly as they were written: such rows need not be read again.

    `finite` tells whether JSON gives back all DOUBLEs of a row; None when there are no DOUBLEs.
    """

    __slots__ = ("_pickers", "columns", "finite")

    def __init__(
        self, columns: tuple[tuple[str, Type], ...], finite: Callable[[list[Any]], bool] | None
    ) -> None:
        self.columns = columns
        self.finite = finite
        self._pickers: dict[tuple[tuple[str, Type], ...], Callable[[list[Any]], list[Any]] | None] = {}

    def picker(self, wanted: tuple[tuple[str, Type], ...]) -> Callable[[list[Any]], list[Any]] | None:
        """The function that makes a row of `wanted` columns as reading its JSON would; None if it must be."""
        if wanted not in self._pickers:
            self._pickers[wanted] = _picker(self.columns, wanted)
        return self._pickers[wanted]


@lru_cache(maxsize=4096)
def layout(chosen: Format, columns: tuple[tuple[str, Type], ...], *, wrapped: bool) -> Layout | None:
    """The layout of these columns, the same object for the same columns; None when there is none."""
    if chosen.name != "JSON" or not wrapped or len({name.upper() for name, _ in columns}) < len(columns):
        return None
    if not all(_exact(kind) for _, kind in columns):
        return None
    lines = _checks(columns, "r", 1)
    if not lines:
        return Layout(columns, None)
    names: dict[str, Any] = {"negative": lambda number: math.copysign(1.0, number) < 0}
    exec("\n".join(["def finite(r):", *lines, " return True"]), names)  # noqa: S102 - made of positions only
    return Layout(columns, names["finite"])


def _picker(
    written: Sequence[tuple[str, Type]], wanted: Sequence[tuple[str, Type]]
) -> Callable[[list[Any]], list[Any]] | None:
    places = {name: (i, kind) for i, (name, kind) in enumerate(written)}
    other_case = {name.upper() for name in places} - places.keys()
    picked: list[str] = []
    for name, kind in wanted:
        place, known = places.get(name, (None, kind))
        if known != kind or name in other_case:
            return None
        picked.append("None" if place is None else f"r[{place}]")
    pick: Callable[[list[Any]], list[Any]] = eval(f"lambda r: [{', '.join(picked)}]")  # noqa: S307 - positions only
    return pick


def _checks(columns: Sequence[tuple[str, Type]], row: str, depth: int) -> list[str]:
    """The lines that look at every DOUBLE in `row`, structs included."""
    lines: list[str] = []
    indent = " " * depth
    for i, (_, kind) in enumerate(columns):
        if kind.name == "DOUBLE":
            lines.append(f"{indent}v = {row}[{i}]")
            lines.append(
                f"{indent}if v is not None and (v - v != 0 or (v == 0 and negative(v))): return False"
            )
        elif isinstance(kind, Struct):
            inner = _checks(kind.fields, f"s{depth}", depth + 1)
            if inner:
                lines += [f"{indent}s{depth} = {row}[{i}]", f"{indent}if s{depth} is not None:", *inner]
    return lines


def _exact(kind: Type) -> bool:
    if isinstance(kind, Array):
        return "DOUBLE" not in str(kind.item) and _exact(kind.item)
    if isinstance(kind, Struct):
        names = {name.upper() for name, _ in kind.fields}
        return len(names) == len(kind.fields) and all(_exact(inner) for _, inner in kind.fields)
    return kind.name in _EXACT


def time_of(text_pattern: str | None) -> Callable[[Any], int]:
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

    return extract


def _header(column: Column) -> Callable[[Record], Any]:
    if column.where == "headers":
        return lambda record: [(name, value) for name, value in record.headers]
    return lambda record: next((v for n, v in reversed(record.headers) if n == column.header), None)


def decoder(source: Source) -> Callable[[Record], Decoded]:
    """The function that decodes a source's records, kept in their memo; it raises DataError.

    Rows have the value columns, headers, pseudo columns, copies of the key columns, and window bounds.
    They are shared between queries, so nobody changes them.
    """
    return _decoder(
        source.key_format,
        source.value_format,
        source.columns,
        source.wrap_single_value,
        source.window,
        source.timestamp_column,
        source.timestamp_format,
    )


@lru_cache(maxsize=4096)
def _decoder(  # noqa: PLR0917 - what the cache goes by
    key_format: Format,
    value_format: Format,
    columns: tuple[Column, ...],
    wrapped: bool,
    window: Window | None,
    timestamp_column: str | None,
    timestamp_format: str | None,
) -> Callable[[Record], Decoded]:
    values = tuple((c.name, c.type) for c in columns if c.where == "value")
    keys = tuple((c.name, c.type) for c in columns if c.where == "key")
    headers = [_header(c) for c in columns if c.where in {"header", "headers"}]
    read_row = _row_reader(value_format, values, wrapped=wrapped)
    read_key = _key_reader(key_format, keys, window)
    time = None if timestamp_column is None else _stamp(timestamp_column, timestamp_format, values, keys)
    token = object()

    def decode(record: Record) -> Decoded:
        memo = record.memo
        if memo is not None and memo[0] is token:
            return memo  # type: ignore[no-any-return]
        key, parts, bounds = read_key(record.key)
        stamp = record.timestamp
        row = read_row(record)
        if time is not None:
            stamp = time(row, parts)
        elif not 0 <= stamp <= LATEST_MS:
            raise DataError(f"the record's timestamp {stamp} is not between 1970 and 9999")
        if row is not None:
            if headers:
                row = [*row, *(read(record) for read in headers)]
            row = [*row, stamp, record.partition, record.offset, *parts, *bounds]
        decoded: Decoded = (token, key, row, stamp)
        record.memo = decoded
        return decoded

    return decode


def _row_reader(
    chosen: Format, columns: tuple[tuple[str, Type], ...], *, wrapped: bool
) -> Callable[[Record], list[Any] | None]:
    """The function that reads the value columns, or takes them from the row that the record is made of."""
    read = formats.reader(chosen, columns, wrapped=wrapped)
    known = layout(chosen, columns, wrapped=wrapped)
    named = chosen.name == "JSON" and wrapped
    last: Layout | None = None
    pick: Callable[[list[Any]], list[Any]] | None = None

    def row_of(record: Record) -> list[Any] | None:
        nonlocal last, pick
        memo = record.memo
        if memo is not None:
            written = memo[0]
            if written is known:
                return memo[1]  # type: ignore[no-any-return]
            if named and isinstance(written, Layout):
                if written is not last:  # a topic's writers nearly always have one layout
                    last, pick = written, written.picker(columns)
                if pick is not None:
                    return pick(memo[1])
        value = record.value
        return None if value is None else read(value)

    return row_of


KeyParts = tuple[bytes | None, Sequence[Any], Sequence[Any]]


def _key_reader(
    chosen: Format, keys: tuple[tuple[str, Type], ...], window: Window | None
) -> Callable[[bytes | None], KeyParts]:
    """The function that reads a key: its bytes as this engine writes them, its columns, its window."""
    if not keys:
        nothing: KeyParts = (None, (), ())
        return lambda _: nothing
    read = formats.key_reader(chosen, keys)
    # The same key can be written in more than one way, unless it is plain bytes.
    write = None if chosen.name in {"KAFKA", "NONE"} else formats.key_writer(chosen, keys)
    suffix = formats.window_bytes(window)
    missing: KeyParts = (None, (None,) * len(keys), (None, None) if window else ())
    if window is None and write is None:

        def plain_parts_of(key: bytes | None) -> KeyParts:
            if key is None:
                return missing
            parts = read(key)
            return (key, missing[1] if parts is None else parts, ())

        return plain_parts_of

    def parts_of(key: bytes | None) -> KeyParts:
        if key is None:
            return missing
        bounds = () if window is None else formats.window_bounds(window, key)
        plain = key[: len(key) - suffix] if suffix else key
        parts = read(plain)
        if parts is None:
            return None if write else key, missing[1], bounds
        if write is not None:
            written = write(parts)
            key = None if written is None else written + key[len(plain) :]
        return key, parts, bounds

    return parts_of


def _stamp(
    column: str,
    text_pattern: str | None,
    values: tuple[tuple[str, Type], ...],
    keys: tuple[tuple[str, Type], ...],
) -> Callable[[list[Any] | None, Sequence[Any]], int]:
    """The function that gives a row's time from its TIMESTAMP column."""
    extract = time_of(text_pattern)
    names = [name for name, _ in values]
    if column in names:
        place = names.index(column)
        return lambda row, _: extract(None if row is None else row[place])
    in_key = [name for name, _ in keys].index(column)
    return lambda _, parts: extract(parts[in_key])
