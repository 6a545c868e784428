"""DELIMITED values: lines as Commons CSV 1.4 reads and writes them, which ksqlDB uses."""

from typing import Any

import pytest

from embedded.ksql import types
from embedded.ksql.errors import DataError
from embedded.ksql.serde import delimited
from embedded.ksql.types import decimal

KINDS = [types.STRING, types.INTEGER, decimal(4, 1)]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (["a", 1, None], b"a,1,"),
        ([None, None, None], b",,"),
        (["", 1, None], b'"",1,'),
        (["-x", 1, None], b'"-x",1,'),
        (["_x", 1, None], b'"_x",1,'),
        (["a,b", 1, None], b'"a,b",1,'),
        (['a"b', 1, None], b'"a""b",1,'),
        (["a ", 1, None], b'"a ",1,'),
        (["caf\u00e9", -1, None], "caf\u00e9,-1,".encode()),
    ],
)
def test_a_row_is_written_and_read_back(row: list[Any], line: bytes) -> None:
    assert delimited.row_writer(KINDS, ",")(row) == line
    read = delimited.row_reader(KINDS, ",")(line)
    assert read == [value or None for value in row]


def test_a_negative_number_in_front_is_quoted() -> None:
    assert delimited.row_writer([types.INTEGER, types.INTEGER], ",")([-1, -1]) == b'"-1",-1'


@pytest.mark.parametrize("line", [b"", b"a,1", b"a,1,2,3", b"a,x,1", b"a,1, 1", b"a,1,12345"])
def test_a_line_that_does_not_fit_is_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        delimited.row_reader(KINDS, ",")(line)


def test_another_delimiter() -> None:
    assert delimited.row_writer([types.STRING, types.STRING], "|")(["a,b", "c|d"]) == b'a,b|"c|d"'
