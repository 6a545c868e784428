"""Tables: joins with them, tombstones, and what a change of a table causes."""

from embedded.ksql.record import Record
from tests.embedded.ksql.given import Row, record, rows

STREAM = "CREATE STREAM s (k VARCHAR KEY, a INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"
TABLES = """
    CREATE TABLE t (k VARCHAR PRIMARY KEY, b INT) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON');
    CREATE TABLE u (k VARCHAR PRIMARY KEY, c INT) WITH (KAFKA_TOPIC = 'u', VALUE_FORMAT = 'JSON');
"""


def t(b: int | None, at: int = 0, key: str = "x") -> Record:
    return record("t", key, None if b is None else {"B": b}, at)


def u(c: int | None, at: int = 0, key: str = "x") -> Record:
    return record("u", key, None if c is None else {"C": c}, at)


def test_a_stream_sees_the_table_as_it_is_when_the_row_arrives() -> None:
    statements = STREAM + TABLES + "CREATE STREAM o AS SELECT s.k, a, b FROM s LEFT JOIN t ON s.k = t.k;"
    records = [record("s", "x", {"A": 1}, 1), t(7, 2), record("s", "x", {"A": 2}, 3), t(None, 4),
               record("s", "x", {"A": 3}, 5)]  # fmt: skip
    made = [row.value for row in rows(statements, records, "O")]
    assert made == [{"A": 1, "B": None}, {"A": 2, "B": 7}, {"A": 3, "B": None}]


def test_two_tables_join_whichever_changes_and_the_join_is_withdrawn() -> None:
    statements = TABLES + "CREATE TABLE o AS SELECT t.k, b, c FROM t JOIN u ON t.k = u.k;"
    made = rows(statements, [t(1, 10), u(2, 20), t(3, 15), u(None, 30)], "O")
    assert made == [
        Row("x", {"B": 1, "C": 2}, 20),
        Row("x", {"B": 3, "C": 2}, 20),
        Row("x", None, 30),
    ]


def test_a_full_join_of_tables_keeps_what_one_of_them_has() -> None:
    statements = TABLES + "CREATE TABLE o AS SELECT ROWKEY AS k, b, c FROM t FULL OUTER JOIN u ON t.k = u.k;"
    made = [row.value for row in rows(statements, [u(2), t(1), u(None), t(None)], "O")]
    assert made == [{"B": None, "C": 2}, {"B": 1, "C": 2}, {"B": 1, "C": None}, None]


def test_a_row_that_leaves_the_condition_is_withdrawn_once() -> None:
    statements = TABLES + "CREATE TABLE o AS SELECT k, b FROM t WHERE b > 5;"
    made = rows(statements, [t(1, 1), t(7, 2), t(3, 3), t(2, 4), t(None, 5)], "O")
    assert made == [Row("x", {"B": 7}, 2), Row("x", None, 3)]


def test_a_group_of_a_table_forgets_rows_that_move_away() -> None:
    statements = TABLES + "CREATE TABLE o AS SELECT b, COUNT(*) AS n FROM t GROUP BY b;"
    made = rows(statements, [t(1, 1, "x"), t(1, 2, "y"), t(2, 3, "x"), t(None, 4, "y")], "O")
    assert [(int.from_bytes(row.key.encode(), "big"), row.value["N"]) for row in made if row.key] == [
        (1, 1), (1, 2), (1, 1), (2, 1), (1, 0),
    ]  # fmt: skip


def test_a_record_without_a_key_does_not_change_a_table() -> None:
    statements = TABLES + "CREATE TABLE o AS SELECT k, b FROM t;"
    assert rows(statements, [record("t", None, {"B": 1})], "O") == []
