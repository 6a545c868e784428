"""Writers of JSON rows, compiled for the columns of a sink."""

import base64
import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Final

import orjson

from embedded.ksql.expressions.arithmetic import double_text, plain
from embedded.ksql.types import STRING, Array, Decimal, Map, Struct, Type

Write = Callable[[Any], Any]
_PLAIN: Final = frozenset({"BOOLEAN", "INTEGER", "BIGINT", "STRING", "DATE", "TIME", "TIMESTAMP"})


def _double(value: float) -> Any:
    return value if math.isfinite(value) else double_text(value)


def _decimal(value: Any) -> orjson.Fragment:
    return orjson.Fragment(plain(value))


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def value_writer(kind: Type) -> Write | None:  # noqa: PLR0911 - a branch for each case
    """The function that makes a value that is not null ready for orjson; None when it is."""
    if kind.name in _PLAIN:
        return None
    if kind.name == "DOUBLE":
        return _double
    if kind.name == "BYTES":
        return _bytes
    if isinstance(kind, Decimal):
        return _decimal
    if isinstance(kind, Array):
        item = value_writer(kind.item)
        return None if item is None else partial(_array, item)
    if isinstance(kind, Map):
        value = value_writer(kind.value)
        return partial(_map, value)
    assert isinstance(kind, Struct)  # noqa: S101 - no type is left
    return _struct_writer(kind)


@lru_cache(maxsize=4096)
def _struct_writer(kind: Struct) -> Write:
    """The function that writes structs of this type; one after another, the same struct is written once.

    A struct goes through many queries as it is, so the next one to be written is nearly always the last one.
    """
    whole = object_writer(kind.fields)
    last: Any = None
    text = orjson.Fragment(b"")

    def write(value: Any) -> orjson.Fragment:
        nonlocal last, text
        if value is not last:
            text = orjson.Fragment(orjson.dumps(whole(value)))
            last = value
        return text

    return write


def _array(item: Write, value: list[Any]) -> list[Any]:
    return [None if each is None else item(each) for each in value]


def _map(item: Write | None, value: dict[Any, Any]) -> dict[str, Any]:
    return {
        "null" if key is None else str(key): each if each is None or item is None else item(each)
        for key, each in value.items()
    }


def object_writer(fields: Sequence[tuple[str, Type]]) -> Write:
    """The function that makes a row (list or tuple) into a dictionary for orjson."""
    names: dict[str, object] = {}
    parts: list[str] = []
    for i, (name, kind) in enumerate(fields):
        write = value_writer(kind)
        if write is None:
            parts.append(f"{name!r}: r[{i}]")
        elif kind.name == "DOUBLE":
            names[f"w{i}"] = write
            parts.append(f"{name!r}: v if (v := r[{i}]) is None or v - v == 0 else w{i}(v)")
        else:
            names[f"w{i}"] = write
            parts.append(f"{name!r}: None if (v := r[{i}]) is None else w{i}(v)")
    exec("def write(r):\n return {" + ", ".join(parts) + "}", names)  # noqa: S102 - positions and repr of names only
    return names["write"]  # type: ignore[return-value]


def _java_double(value: float) -> Any:
    text = double_text(value)
    return orjson.Fragment(text) if math.isfinite(value) else text


def row_writer(
    fields: Sequence[tuple[str, Type]], *, wrapped: bool, as_java: bool = False
) -> Callable[[Sequence[Any]], bytes | None]:
    """The function that writes a row as a record's value; `as_java`: DOUBLEs letter by letter as Java."""
    if as_java:
        doubles = [i for i, (_, kind) in enumerate(fields) if kind.name == "DOUBLE"]
        plain_types = [(name, STRING if kind.name == "DOUBLE" else kind) for name, kind in fields]
        encode_rest = row_writer(plain_types, wrapped=wrapped)

        def encode_as_java(row: Sequence[Any]) -> bytes | None:
            shown = list(row)
            for i in doubles:
                if shown[i] is not None:
                    shown[i] = _java_double(shown[i])
            return encode_rest(shown)

        return encode_as_java
    if not wrapped:
        write = value_writer(fields[0][1])

        def encode_single(row: Sequence[Any]) -> bytes | None:
            value = row[0]
            if value is None:
                return None
            return orjson.dumps(value if write is None else write(value))

        return encode_single
    whole = object_writer(fields)
    dumps = orjson.dumps

    def encode(row: Sequence[Any]) -> bytes:
        return dumps(whole(row))

    return encode
