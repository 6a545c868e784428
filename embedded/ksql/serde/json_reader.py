"""Readers of JSON rows, compiled for the columns of a source."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson

from embedded.ksql.errors import DataError
from embedded.ksql.serde import coerce
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

Read = Callable[[Any], Any]
_SHAPES_KEPT = 512


def value_reader(kind: Type) -> Read:
    """The function that turns a JSON value that is not null into one of `kind`."""
    simple: dict[str, Read] = {
        "BOOLEAN": coerce.to_boolean,
        "INTEGER": coerce.to_integer,
        "BIGINT": coerce.to_bigint,
        "DOUBLE": coerce.to_double,
        "STRING": coerce.to_string,
        "BYTES": coerce.to_bytes,
        "DATE": coerce.to_bigint,
        "TIME": coerce.to_time,
        "TIMESTAMP": coerce.to_bigint,
    }
    if isinstance(kind, Decimal):
        return partial(coerce.to_decimal, kind)
    if isinstance(kind, Array):
        item = value_reader(kind.item)
        return partial(_array, item)
    if isinstance(kind, Map):
        key, value = value_reader(kind.key), value_reader(kind.value)
        return partial(_map, key, value)
    if isinstance(kind, Struct):
        return object_reader(kind.fields, "tuple")
    return simple[kind.name]


def _array(item: Read, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"Can't convert type. sourceType: {type(value).__name__}, requiredType: ARRAY")
    return [None if each is None else item(each) for each in value]


def _map(key: Read, item: Read, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise DataError(f"Can't convert type. sourceType: {type(value).__name__}, requiredType: MAP")
    return {key(name): None if each is None else item(each) for name, each in value.items()}


_INLINE = {
    "STRING": "type(v) is str",
    "INTEGER": "type(v) is int and -2147483648 <= v <= 2147483647",
    "BIGINT": "type(v) is int and -9223372036854775808 <= v <= 9223372036854775807",
    "DOUBLE": "type(v) is float and v",
    "BOOLEAN": "type(v) is bool",
}


def object_reader(fields: Sequence[tuple[str, Type]], result: str) -> Read:
    """The function that reads a JSON object into a list or tuple (`result`) of these fields.

    A field in upper case matches a name in any case, others only exactly, as in ksqlDB.
    """
    names: dict[str, object] = {"DataError": DataError, "shapes": {}, "resolve": partial(_resolve, fields)}
    lines = ["def read(o):", " if type(o) is not dict:", "  raise DataError('not a JSON object')"]
    if any(name == name.upper() for name, _ in fields):
        lines += [" n = shapes.get(tuple(o))", " if n is None:", "  n = resolve(shapes, o)"]
    for i, (name, kind) in enumerate(fields):
        names[f"c{i}"] = value_reader(kind)
        key = f"n[{i}]" if name == name.upper() else repr(name)
        check = _INLINE.get(kind.name)
        lines.append(f" v = o.get({key})")
        if check:
            lines.append(f" v{i} = v if {check} else None if v is None else c{i}(v)")
        else:
            lines.append(f" v{i} = None if v is None else c{i}(v)")
    values = ", ".join(f"v{i}" for i in range(len(fields)))
    lines.append(f" return [{values}]" if result == "list" else f" return ({values}{',' if fields else ''})")
    exec("\n".join(lines), names)  # noqa: S102 - the text is made of positions and repr of names only
    return names["read"]  # type: ignore[return-value]


def _resolve(
    fields: Sequence[tuple[str, Type]],
    shapes: dict[tuple[str, ...], tuple[str, ...]],
    document: dict[str, Any],
) -> tuple[str, ...]:
    """The names under which the fields are in documents of this shape; kept for the next one."""
    upper = {name.upper(): name for name in document}
    found = tuple(name if name in document else upper.get(name, name) for name, _ in fields)
    if len(shapes) < _SHAPES_KEPT:
        shapes[tuple(document)] = found
    return found


def row_reader(fields: Sequence[tuple[str, Type]], *, wrapped: bool) -> Callable[[bytes], list[Any] | None]:
    """The function that reads a record's value into a row.

    The function raises DataError when the value is not JSON or does not fit the columns.
    """
    if wrapped:
        read = object_reader(fields, "list")
    else:
        single = value_reader(fields[0][1])

        def read(document: Any) -> list[Any]:
            return [single(document)]

    def decode(data: bytes) -> list[Any] | None:
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError:
            document = coerce.exact_document(data)
        if document is None:
            if wrapped:
                raise DataError("null is not a JSON object")
            return [None]
        try:
            return read(document)  # type: ignore[no-any-return]
        except coerce.InexactError:
            return read(coerce.exact_document(data))  # type: ignore[no-any-return]

    return decode
