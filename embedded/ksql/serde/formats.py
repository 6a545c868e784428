"""Readers and writers of keys and values by format."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from embedded.ksql.catalog import Format, Window
from embedded.ksql.errors import DataError
from embedded.ksql.serde import delimited, json_reader, json_writer, kafka
from embedded.ksql.types import Type

Columns = Sequence[tuple[str, Type]]
_DEFAULT_DELIMITER: Final = ","


def _delimiter(chosen: Format) -> str:
    return dict(chosen.properties).get("DELIMITER", _DEFAULT_DELIMITER)


def reader(chosen: Format, columns: Columns, *, wrapped: bool) -> Callable[[bytes], list[Any] | None]:
    """The function that reads columns from bytes; it raises DataError when they do not fit."""
    if chosen.name == "JSON":
        return json_reader.row_reader(columns, wrapped=wrapped)
    if chosen.name == "DELIMITED":
        return delimited.row_reader([kind for _, kind in columns], _delimiter(chosen))
    if chosen.name == "KAFKA" and columns:
        read = kafka.reader(columns[0][1])
        return lambda data: [read(data)]
    return lambda _: []


def writer(chosen: Format, columns: Columns, *, wrapped: bool) -> Callable[[Sequence[Any]], bytes | None]:
    """The function that writes columns to bytes, None for a null that has no bytes."""
    if chosen.name == "JSON" and columns:
        return json_writer.row_writer(columns, wrapped=wrapped)
    if chosen.name == "DELIMITED" and columns:
        return delimited.row_writer([kind for _, kind in columns], _delimiter(chosen))
    if chosen.name == "KAFKA" and columns:
        write = kafka.writer(columns[0][1])
        return lambda row: None if row[0] is None else write(row[0])
    return lambda _: None


def key_reader(chosen: Format, columns: Columns) -> Callable[[bytes], list[Any] | None]:
    """The function that reads a key without its window; a single column is never wrapped."""
    return reader(chosen, columns, wrapped=len(columns) != 1)


def key_writer(chosen: Format, columns: Columns) -> Callable[[Sequence[Any]], bytes | None]:
    """The function that writes a key without its window."""
    if chosen.name == "JSON" and any(kind.name == "DOUBLE" for _, kind in columns):
        # A key is compared byte by byte: numbers have to look as Java writes them.
        return json_writer.row_writer(columns, wrapped=len(columns) != 1, as_java=True)
    return writer(chosen, columns, wrapped=len(columns) != 1)


def window_bytes(window: Window | None) -> int:
    """How many bytes of a key its window takes: its start, or a session's end and start."""
    if window is None:
        return 0
    return 16 if window.kind == "SESSION" else 8


def window_suffix(window: Window, start: int, end: int) -> bytes:
    """The bytes that a window adds to a key (Kafka Streams' TimeWindowedSerializer, SessionKeySchema)."""
    if window.kind == "SESSION":
        return end.to_bytes(8, "big", signed=True) + start.to_bytes(8, "big", signed=True)
    return start.to_bytes(8, "big", signed=True)


def window_bounds(window: Window, key: bytes) -> tuple[int, int]:
    """The start and end of the window in a key.

    Raises:
        DataError: the key is too short to have one.
    """
    size = window_bytes(window)
    if len(key) < size:
        raise DataError(f"a {window.kind} windowed key has at least {size} bytes, not {len(key)}")
    start = int.from_bytes(key[-8:], "big", signed=True)
    if window.kind == "SESSION":
        return start, int.from_bytes(key[-16:-8], "big", signed=True)
    # Kafka Streams: an end that would overflow is the largest time there is.
    return start, min(start + (window.size_ms or 0), 2**63 - 1)
