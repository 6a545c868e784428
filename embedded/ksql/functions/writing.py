"""Values of each type as JSON text, as TO_JSON_STRING writes them."""

import base64
import json
import math
from collections.abc import Callable
from typing import Any

from embedded.ksql.expressions import instants
from embedded.ksql.expressions.arithmetic import double_text, plain
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

Write = Callable[[Any], str]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _double(value: float) -> str:
    return double_text(value) if math.isfinite(value) else f'"{double_text(value)}"'


def writer(kind: Type) -> Write:
    """The function that writes a value of `kind`, null included; fields and keys come in order."""
    inner = _writer(kind)
    return lambda value: "null" if value is None else inner(value)


def _writer(kind: Type) -> Write:
    if isinstance(kind, Decimal):
        return plain
    if isinstance(kind, Array):
        item = writer(kind.item)
        return lambda v: "[" + ",".join(map(item, v)) + "]"
    if isinstance(kind, Map):
        value = writer(kind.value)
        return lambda v: "{" + ",".join(f"{_text(str(k))}:{value(v[k])}" for k in sorted(v)) + "}"
    if isinstance(kind, Struct):
        parts = sorted((name, i, writer(inner)) for i, (name, inner) in enumerate(kind.fields))
        return lambda v: "{" + ",".join(f"{_text(name)}:{write(v[i])}" for name, i, write in parts) + "}"
    simple: dict[str, Write] = {
        "BOOLEAN": lambda v: "true" if v else "false",
        "INTEGER": str,
        "BIGINT": str,
        "DOUBLE": _double,
        "STRING": _text,
        "BYTES": lambda v: f'"{base64.b64encode(v).decode()}"',
        "DATE": lambda v: f'"{instants.format_date(v)}"',
        "TIME": lambda v: f'"{instants.format_time(v)}"',
        "TIMESTAMP": lambda v: f'"{instants.format_timestamp(v)}"',
    }
    return simple[kind.name]
