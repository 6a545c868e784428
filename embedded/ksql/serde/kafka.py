"""The KAFKA format: one column, as Kafka's own serialisers write it."""

import struct
from collections.abc import Callable
from typing import Any, Final

from embedded.ksql.errors import DataError
from embedded.ksql.types import Type

_STRUCTS: Final = {
    "INTEGER": struct.Struct(">i"),
    "BIGINT": struct.Struct(">q"),
    "DOUBLE": struct.Struct(">d"),
}


def reader(kind: Type) -> Callable[[bytes], Any]:
    """The function that reads a value of `kind`; it raises DataError when the bytes are none."""
    if kind.name == "BYTES":
        return bytes
    if kind.name == "STRING":

        def text(data: bytes) -> str:
            return data.decode("utf-8", "replace")

        return text
    layout = _STRUCTS[kind.name]

    def number(data: bytes) -> Any:
        if len(data) != layout.size:
            raise DataError(f"Size of data received is not {layout.size}: {len(data)}")
        return layout.unpack(data)[0]

    return number


def writer(kind: Type) -> Callable[[Any], bytes]:
    """The function that writes a value of `kind` that is not null."""
    if kind.name == "BYTES":
        return bytes
    if kind.name == "STRING":
        return str.encode
    return _STRUCTS[kind.name].pack
