"""JSON values: what is read, converted and refused, and how values are written."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest

from embedded.ksql import types
from embedded.ksql.errors import DataError
from embedded.ksql.serde import json_reader, json_writer
from embedded.ksql.types import Type, array, decimal, map_of, struct


def _read(kind: Type, text: str) -> Any:
    row = json_reader.row_reader([("A", kind)], wrapped=True)(f'{{"a": {text}}}'.encode())
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (types.INTEGER, "7", 7),
        (types.INTEGER, '"7"', 7),
        (types.INTEGER, "7.9", 7),
        (types.BIGINT, "9223372036854775807", 2**63 - 1),
        (types.DOUBLE, "7", 7.0),
        (types.DOUBLE, '"1e3"', 1000.0),
        (types.BOOLEAN, "true", True),
        (types.STRING, "1.50", "1.50"),
        (types.STRING, "true", "true"),
        (types.STRING, '{"b": 1}', '{"b":1}'),
        (types.STRING, "null", None),
        (types.STRING, "-0.0", "0.0"),
        (types.INTEGER, "-9223372036854775809", -1),
        (types.DOUBLE, '"NaN"', math.nan),
        (decimal(5, 2), "1.5", Decimal("1.50")),
        (types.BYTES, '"AQI="', b"\x01\x02"),
        (array(types.INTEGER), "[1, null, 3]", [1, None, 3]),
        (map_of(types.STRING, types.INTEGER), '{"x": 1}', {"x": 1}),
        (struct(("B", types.INTEGER), ("C", types.STRING)), '{"c": "y"}', (None, "y")),
    ],
)
def test_values_are_converted_as_ksqldb_converts_them(kind: Type, text: str, expected: Any) -> None:
    read = _read(kind, text)
    assert read == expected or (math.isnan(expected) and math.isnan(read))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (types.INTEGER, '"seven"'),
        (types.INTEGER, "[1]"),
        (types.BOOLEAN, '"maybe"'),
        (array(types.INTEGER), "1"),
        (struct(("B", types.INTEGER)), "[]"),
        (decimal(3, 2), "123.45"),
        (decimal(3, 2), '" 1"'),
        (types.DOUBLE, '"1_0"'),
    ],
)
def test_values_that_do_not_fit_are_refused(kind: Type, text: str) -> None:
    with pytest.raises(DataError):
        _read(kind, text)


def test_names_match_in_any_case_unless_they_were_quoted() -> None:
    read = json_reader.row_reader([("UP", types.INTEGER), ("low", types.INTEGER)], wrapped=True)
    assert read(b'{"up": 1, "low": 2}') == [1, 2]
    assert read(b'{"Up": 1, "LOW": 2}') == [1, None]
    assert read(b'{"UP": 1, "up": 2}') == [1, None]


@pytest.mark.parametrize("data", [b"null", b"[1]", b"", b"{", b'{"a": 1,}', b'{"a": NaN}', b"\xff"])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(DataError):
        json_reader.row_reader([("A", types.INTEGER)], wrapped=True)(data)


def test_what_follows_the_object_and_a_mark_before_it_are_ignored() -> None:
    read = json_reader.row_reader([("A", types.INTEGER)], wrapped=True)
    assert read(b'{"a": 1} rest') == [1]
    assert read(b'\xef\xbb\xbf{"a": 1}') == [1]


def test_a_row_is_written_with_every_column() -> None:
    columns = [
        ("A", types.DOUBLE),
        ("B", decimal(6, 3)),
        ("C", types.BYTES),
        ("D", struct(("E", array(types.BIGINT)))),
        ("F", types.STRING),
    ]
    write = json_writer.row_writer(columns, wrapped=True)
    written = write([1.0, Decimal("1.500"), b"\x01", ([1, None],), None])
    assert written == b'{"A":1.0,"B":1.500,"C":"AQ==","D":{"E":[1,null]},"F":null}'


def test_numbers_that_json_has_not_are_text() -> None:
    write = json_writer.row_writer([("A", types.DOUBLE)], wrapped=True)
    written = write([float("nan")])
    assert written is not None
    assert json.loads(written) == {"A": "NaN"}
