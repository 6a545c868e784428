"""Foreign-key joins: a connection's row with that of the host that it names."""

from dataclasses import dataclass
from typing import Any

import pytest

from embedded.ksql.record import Record
from tests.embedded.ksql.given import Row, record, rows

TABLES = """
    CREATE TABLE conn (uid VARCHAR PRIMARY KEY, host VARCHAR) WITH (KAFKA_TOPIC = 'conn', VALUE_FORMAT = 'JSON');
    CREATE TABLE host (id VARCHAR PRIMARY KEY, os VARCHAR) WITH (KAFKA_TOPIC = 'host', VALUE_FORMAT = 'JSON');
"""
INNER = TABLES + "CREATE TABLE o AS SELECT uid, os FROM conn JOIN host ON conn.host = host.id;"
LEFT = TABLES + "CREATE TABLE o AS SELECT uid, os FROM conn LEFT JOIN host ON conn.host = host.id;"


def conn(uid: str, host: str | None, at: int) -> Record:
    return record("conn", uid, {"HOST": host}, at)


def host(name: str, system: str | None, at: int) -> Record:
    return record("host", name, None if system is None else {"OS": system}, at)


def closed(uid: str, at: int) -> Record:
    return record("conn", uid, None, at)


@dataclass(frozen=True)
class Case:
    """What happens, in order, and what an inner and a left join make of it: (uid, os or gone, time)."""

    name: str
    events: list[Record]
    inner: list[tuple[str, Any, int]]
    left: list[tuple[str, Any, int]]


GONE = "gone"
CASES = [
    Case(
        "a row waits for the row that it names",
        [conn("C1", "a", 10), host("a", "linux", 20)],
        inner=[("C1", "linux", 20)],
        left=[("C1", None, 10), ("C1", "linux", 20)],
    ),
    Case(
        "all rows that name a row follow its changes, in order of their keys",
        [host("a", "linux", 10), conn("C2", "a", 20), conn("C10", "a", 30), host("a", "bsd", 40)],
        inner=[("C2", "linux", 20), ("C10", "linux", 30), ("C10", "bsd", 40), ("C2", "bsd", 40)],
        left=[("C2", "linux", 20), ("C10", "linux", 30), ("C10", "bsd", 40), ("C2", "bsd", 40)],
    ),
    Case(
        "a row that names another one leaves the first alone",
        [
            host("a", "linux", 1),
            host("b", "bsd", 2),
            conn("C1", "a", 3),
            conn("C1", "b", 4),
            host("a", "x", 5),
        ],
        inner=[("C1", "linux", 3), ("C1", "bsd", 4)],
        left=[("C1", "linux", 3), ("C1", "bsd", 4)],
    ),
    Case(
        "a match is withdrawn when the row that is named goes",
        [host("a", "linux", 10), conn("C1", "a", 20), host("a", None, 30)],
        inner=[("C1", "linux", 20), ("C1", GONE, 30)],
        left=[("C1", "linux", 20), ("C1", None, 30)],
    ),
    Case(
        "a match is withdrawn when the row that names goes, and it comes back no more",
        [host("a", "linux", 10), conn("C1", "a", 20), closed("C1", 30), host("a", "bsd", 40)],
        inner=[("C1", "linux", 20), ("C1", GONE, 30)],
        left=[("C1", "linux", 20), ("C1", GONE, 30)],
    ),
    Case(
        "a row that names none any more loses its match",
        [host("a", "linux", 10), conn("C1", "a", 20), conn("C1", None, 30), host("a", "bsd", 40)],
        inner=[("C1", "linux", 20), ("C1", GONE, 30)],
        left=[("C1", "linux", 20), ("C1", None, 30)],
    ),
    Case(
        "a row that names one at last finds it",
        [host("a", "linux", 10), conn("C1", None, 20), conn("C1", "a", 30)],
        inner=[("C1", "linux", 30)],
        left=[("C1", None, 20), ("C1", "linux", 30)],
    ),
    Case(
        "a match has the later of the two times",
        [host("a", "linux", 50), conn("C1", "a", 20)],
        inner=[("C1", "linux", 50)],
        left=[("C1", "linux", 50)],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("statements", [INNER, LEFT], ids=["inner", "left"])
def test_a_table_is_joined_by_what_it_names(case: Case, statements: str) -> None:
    expected = case.inner if statements is INNER else case.left
    made = rows(statements, case.events, "O")
    assert made == [Row(uid, None if os == GONE else {"OS": os}, at) for uid, os, at in expected]


def test_the_row_that_is_named_can_be_computed() -> None:
    statements = (
        TABLES + "CREATE TABLE o AS SELECT uid, os FROM conn JOIN host ON UCASE(conn.host) = host.id;"
    )
    assert rows(statements, [host("A", "linux", 1), conn("C1", "a", 2)], "O") == [
        Row("C1", {"OS": "linux"}, 2)
    ]


def test_a_join_counts_the_rows_of_each_group() -> None:
    statements = (
        TABLES
        + """
        CREATE TABLE o AS SELECT os, COUNT(*) AS n FROM conn JOIN host ON conn.host = host.id GROUP BY os;
    """
    )
    events = [host("a", "linux", 1), conn("C1", "a", 2), conn("C2", "a", 3), host("a", "bsd", 4)]
    counts = {row.key: row.value["N"] for row in rows(statements, events, "O")}
    assert counts == {"linux": 0, "bsd": 2}
