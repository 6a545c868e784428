"""The DELIMITED format: one line of CSV, as Apache Commons CSV reads and writes it."""

import base64
import binascii
import csv
import io
from collections.abc import Callable, Sequence
from decimal import InvalidOperation
from typing import Any

from embedded.ksql.errors import DataError
from embedded.ksql.expressions.arithmetic import double_text, plain
from embedded.ksql.serde.coerce import text_double, to_bigint, to_decimal, to_integer, to_time
from embedded.ksql.types import Decimal, Type


def _parser(kind: Type) -> Callable[[str], Any]:
    if isinstance(kind, Decimal):
        return lambda v: to_decimal(kind, v)
    parsers: dict[str, Callable[[str], Any]] = {
        "BOOLEAN": lambda v: v.lower() == "true",
        "INTEGER": to_integer,
        "BIGINT": to_bigint,
        "DOUBLE": text_double,
        "STRING": str,
        "BYTES": lambda v: base64.b64decode(v, validate=True),
        "TIME": to_time,
        "DATE": to_integer,
        "TIMESTAMP": to_bigint,
    }
    return parsers[kind.name]


def row_reader(kinds: Sequence[Type], delimiter: str) -> Callable[[bytes], list[Any]]:
    """The function that reads a line into a row; it raises DataError when it does not fit."""
    parsers = [_parser(kind) for kind in kinds]

    def decode(data: bytes) -> list[Any]:
        try:
            line = next(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter), None)
            if not line:
                raise DataError("No fields in record")
            if len(line) != len(parsers):
                raise DataError(
                    "Unexpected field count, csv line size mismatch: "
                    f"expected {len(parsers)}, got {len(line)}"
                )
            return [parse(text) if text else None for parse, text in zip(parsers, line, strict=True)]
        except (ValueError, csv.Error, InvalidOperation, ArithmeticError, binascii.Error) as error:
            raise DataError(f"Error deserializing delimited: {error}") from error

    return decode


def _text(kind: Type) -> Callable[[Any], str]:
    if kind.name == "DOUBLE":
        return double_text
    if isinstance(kind, Decimal):
        return plain
    if kind.name == "BOOLEAN":
        return lambda v: "true" if v else "false"
    if kind.name == "BYTES":
        return lambda v: base64.b64encode(v).decode()
    return str


def _quoted(text: str, delimiter: str, *, first: bool) -> str:
    if not text:
        return '""' if first else ""
    start = text[0]
    # Commons CSV 1.4, which ksqlDB uses, quotes a line that begins with anything but a letter or digit.
    odd_start = first and not (start.isascii() and start.isalnum())
    special = any(c in text for c in ("\n", "\r", '"', delimiter))
    if odd_start or start <= "#" or special or text[-1] <= " ":
        return '"' + text.replace('"', '""') + '"'
    return text


def row_writer(kinds: Sequence[Type], delimiter: str) -> Callable[[Sequence[Any]], bytes]:
    """The function that writes a row as a line."""
    texts = [_text(kind) for kind in kinds]

    def encode(row: Sequence[Any]) -> bytes:
        parts = []
        for i, (to_text, value) in enumerate(zip(texts, row, strict=True)):
            if value is None:
                parts.append("")
            else:
                parts.append(_quoted(to_text(value), delimiter, first=i == 0))
        return delimiter.join(parts).encode()

    return encode
