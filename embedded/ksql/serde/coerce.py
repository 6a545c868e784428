"""Values of JSON documents as values of KSQL types (ksqlDB's JsonSerdeUtils and KsqlJsonDeserializer)."""

import base64
import binascii
import json
import math
import re
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Any, Final

from embedded.ksql.errors import DataError
from embedded.ksql.expressions.arithmetic import fit_exactly, i32, i64
from embedded.ksql.expressions.casts import parse_double
from embedded.ksql.types import Decimal


class InexactError(Exception):
    """The document has to be read again with exact numbers: a float was met where its text counts."""


def _refuse_constant(name: str) -> Any:
    raise DataError(f"not JSON: {name}")


_TOO_LARGE: Final = 2.0**63
_SPECIAL: Final = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "+Infinity": math.inf,
    "-Infinity": -math.inf,
}
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DECODER: Final = json.JSONDecoder(parse_float=Exact, parse_constant=_refuse_constant)


def exact_document(data: bytes) -> Any:
    """A JSON document with floats as decimals; what follows it is ignored, as Jackson does.

    Raises:
        DataError: it is not JSON.
    """
    try:
        return _DECODER.raw_decode(data.decode("utf-8-sig").lstrip(" \t\r\n"))[0]
    except (ValueError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"not JSON: {error}") from error


def _wrong(value: Any, kind: str) -> DataError:
    shown = type(value).__name__
    return DataError(f"Can't convert type. sourceType: {shown}, requiredType: {kind}")


def to_boolean(value: Any) -> bool:
    """A BOOLEAN: only true and false are."""
    if isinstance(value, bool):
        return value
    raise _wrong(value, "BOOLEAN")


def _whole(value: Any, kind: str, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and abs(value) >= _TOO_LARGE:
        raise InexactError
    if isinstance(value, float | Exact):
        return int(value)
    if isinstance(value, str):
        digits = value[1:] if value[:1] in {"+", "-"} else value
        if digits.isdecimal() and low <= int(value) <= high:
            return int(value)
        raise DataError(f"Can't coerce string to type. targetType: {kind}")
    raise _wrong(value, kind)


def to_integer(value: Any) -> int:
    """An INTEGER from a number (cut off, wrapped to 32 bits) or its text."""
    return i32(_whole(value, "INTEGER", -(2**31), 2**31 - 1))


def to_bigint(value: Any) -> int:
    """A BIGINT from a number or its text."""
    if isinstance(value, float):
        raise InexactError
    return i64(_whole(value, "BIGINT", -(2**63), 2**63 - 1))


def to_time(value: Any) -> int:
    """A TIME in ms since midnight."""
    found = i64(_whole(value, "TIME", -(2**63), 2**63 - 1))
    if not 0 <= found <= 86_400_000:  # noqa: PLR2004 - a day in ms
        raise DataError("Time values must use number of milliseconds greater than 0 and less than 86400000.")
    return found


def text_double(text: str) -> float:
    """A DOUBLE from text as Java's Double.parseDouble reads it."""
    try:
        return _SPECIAL.get(text.strip()) or parse_double(text)
    except ValueError as error:
        raise DataError("Can't coerce string to type. targetType: DOUBLE") from error


def to_double(value: Any) -> float:
    """A DOUBLE from a number or its text."""
    if isinstance(value, int | float | Exact) and not isinstance(value, bool):
        # Decimals have no negative zero, and JSON's numbers are decimals.
        return float(value) + 0.0
    if isinstance(value, str):
        return text_double(value)
    raise _wrong(value, "DOUBLE")


def to_string(value: Any) -> str:
    """A STRING from anything: numbers and structures become their text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        raise InexactError
    if isinstance(value, Exact):
        return str(value or abs(value))
    if isinstance(value, list):
        return "[" + ", ".join("null" if item is None else to_string(item) for item in value) + "]"
    if _has_float(value):
        raise InexactError
    return _written(value)


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_float(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_float(item) for item in value)
    return isinstance(value, float)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        items = (f"{json.dumps(key, ensure_ascii=False)}:{_written(item)}" for key, item in value.items())
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, Exact):
        return str(value or abs(value))
    return json.dumps(value, ensure_ascii=False)


def strict_decimal(text: str) -> Exact:
    """A decimal from text as Java's BigDecimal reads it: no blanks, no underscores.

    Raises:
        InvalidOperation: it is none.
    """
    if not _NUMBER.fullmatch(text):
        raise InvalidOperation(f"not a number: {text!r}")
    return Exact(text)


def to_decimal(kind: Decimal, value: Any) -> Exact:
    """A DECIMAL that fits without rounding."""
    if isinstance(value, float):
        raise InexactError
    try:
        if isinstance(value, str):
            made = fit_exactly(strict_decimal(value), kind.precision, kind.scale)
        elif isinstance(value, int | Exact) and not isinstance(value, bool):
            made = fit_exactly(Exact(value), kind.precision, kind.scale)
        else:
            raise _wrong(value, "DECIMAL")
    except (ArithmeticError, InvalidOperation) as error:
        raise DataError(f"{value} does not fit {kind}") from error
    # Java's decimals have no negative zero.
    return made or abs(made)


def to_bytes(value: Any) -> bytes:
    """BYTES from base64."""
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise DataError(f"Value is not a valid Base64 encoded string: {value}") from error
    raise _wrong(value, "BYTES")
