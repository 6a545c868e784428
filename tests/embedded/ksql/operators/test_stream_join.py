"""Joins of two streams: which pairs come out, when, and what is never lost or told twice."""

from dataclasses import dataclass, field

import pytest

from embedded.ksql.record import Record
from embedded.ksql.run import run
from tests.embedded.ksql.given import record, rows

SOURCES = """
    CREATE STREAM l (k VARCHAR KEY, a INT) WITH (KAFKA_TOPIC = 'l', VALUE_FORMAT = 'JSON');
    CREATE STREAM r (k VARCHAR KEY, b INT) WITH (KAFKA_TOPIC = 'r', VALUE_FORMAT = 'JSON');
"""
GRACE = "WITHIN 10 MILLISECONDS GRACE PERIOD 5 MILLISECONDS"
Pair = tuple[int | None, int | None, int]


def left(a: int, at: int, key: str | None = "x") -> Record:
    return record("l", key, {"A": a}, at)


def right(b: int, at: int, key: str | None = "x") -> Record:
    return record("r", key, {"B": b}, at)


@dataclass(frozen=True)
class Case:
    """Records in order of arrival, and the (a, b, timestamp) that they cause."""

    name: str
    kind: str
    records: list[Record]
    expect: list[Pair]
    within: str = field(default=GRACE)


CASES = [
    Case("a pair within the span has the later time", "INNER", [left(1, 100), right(2, 105)], [(1, 2, 105)]),
    Case("the span is the same in both directions", "INNER", [right(2, 100), left(1, 110)], [(1, 2, 110)]),
    Case("the bound of the span is inside", "INNER", [left(1, 100), right(2, 110), right(3, 111)], [(1, 2, 110)]),
    Case("other keys do not join", "INNER", [left(1, 100), right(2, 100, "y")], []),
    Case("every pair of a key comes out, the stored ones in order of time", "INNER",
         [left(1, 103), left(2, 101), right(3, 105)], [(2, 3, 105), (1, 3, 105)]),
    Case("a record out of order still finds what lies around its own time", "INNER",
         [left(1, 100), right(2, 200), right(3, 104)], [(1, 3, 104)], "WITHIN 10 MILLISECONDS GRACE PERIOD 1 DAY"),
    Case("after the grace a side has forgotten its rows", "INNER",
         [left(1, 100), left(2, 200), right(3, 104)], []),
    Case("two spans: how far after, and how far before", "INNER",
         [left(1, 100), right(2, 99), right(3, 120), right(4, 121), right(5, 98)],
         [(1, 2, 100), (1, 3, 120)], "WITHIN (1 MILLISECOND, 20 MILLISECONDS) GRACE PERIOD 1 DAY"),
    Case("a left row without a match waits for the end of the grace", "LEFT",
         [left(1, 100), left(9, 115, "z"), left(9, 116, "z")], [(1, None, 100)]),
    Case("a left row that has matched is not told again alone", "LEFT",
         [left(1, 100), right(2, 105), left(9, 300, "z")], [(1, 2, 105)]),
    Case("a late match within the grace comes before the lonely row would", "LEFT",
         [left(1, 100), left(9, 114, "z"), right(2, 104), left(9, 400, "z")], [(1, 2, 104), (9, None, 114)]),
    Case("a right row waits as well in a full join", "FULL OUTER",
         [right(2, 100), left(1, 130, "z"), left(9, 160, "y")], [(None, 2, 100), (1, None, 130)]),
    Case("a right join keeps right rows only", "RIGHT",
         [right(2, 100), left(1, 101, "z"), right(9, 200, "y")], [(None, 2, 100)]),
    Case("without GRACE PERIOD a left row is told at once, and again when it matches", "LEFT",
         [left(1, 100), right(2, 105)], [(1, None, 100), (1, 2, 105)], "WITHIN 10 MILLISECONDS"),
    Case("without GRACE PERIOD a day of grace holds", "INNER",
         [left(1, 100), left(9, 80_000_000, "z"), right(2, 105)], [(1, 2, 105)], "WITHIN 10 MILLISECONDS"),
    Case("a row without a value does not join", "INNER", [record("l", "x", None, 100), right(2, 100)], []),
    Case("a null key joins nothing", "INNER", [left(1, 100, None), right(2, 100, None)], []),
    Case("a left row with a null key comes out alone at once", "LEFT", [left(1, 100, None)], [(1, None, 100)]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_join(case: Case) -> None:
    key = "ROWKEY" if case.kind == "FULL OUTER" else "r.k" if case.kind == "RIGHT" else "l.k"
    statements = f"""{SOURCES}
        CREATE STREAM o AS SELECT {key} AS k, a, b FROM l {case.kind} JOIN r {case.within} ON l.k = r.k;
    """
    made = rows(statements, case.records, "O")
    assert [(each.value["A"], each.value["B"], each.timestamp) for each in made] == case.expect


def test_sides_are_repartitioned_when_they_join_on_another_column() -> None:
    statements = """
        CREATE STREAM l (k VARCHAR KEY, id INT, a INT) WITH (KAFKA_TOPIC = 'l', VALUE_FORMAT = 'JSON');
        CREATE STREAM r (id INT KEY, b INT) WITH (KAFKA_TOPIC = 'r', VALUE_FORMAT = 'JSON');
        CREATE STREAM o AS SELECT l.id AS id, a, b FROM l JOIN r WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON l.id = r.id;
    """
    four = (4).to_bytes(4, "big")
    records = [
        record("l", "x", {"ID": 4, "A": 1}, 10),
        Record("r", four, b'{"B": 2}', 20),
    ]
    (made,) = run(statements, records)
    assert (made.key, made.value) == (four, b'{"A":1,"B":2}')
