"""The files of ksql/ are read as ksqlDB's CLI reads them."""

from pathlib import Path

import pytest

from infra.errors import ConfigurationError
from infra.pipeline.ksql.statements import Statement, read, read_folder

KSQL = Path(__file__).resolve().parents[4] / "ksql"


def one(text: str, **overrides: str) -> Statement:
    return read([("a.ksql", text)], overrides)[0]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("CREATE STREAM conn (a INT) WITH (x = 'y');", "STREAM", "CONN"),
        ("create or replace stream Conn as select * from x;", "STREAM", "CONN"),
        ("CREATE SOURCE TABLE IF NOT EXISTS `Conn` (a INT PRIMARY KEY);", "TABLE", "Conn"),
        ("CREATE TYPE address AS STRUCT<street VARCHAR>;", "TYPE", "ADDRESS"),
        ("INSERT INTO conn SELECT * FROM other EMIT CHANGES;", "INSERT", "CONN"),
        ("-- a comment; with a semicolon\nCREATE /* ; */ TABLE t AS SELECT 1 FROM s;", "TABLE", "T"),
    ],
)
def test_what_a_statement_makes(text: str, kind: str, name: str) -> None:
    statement = one(text)
    assert (statement.kind, statement.name) == (kind, name)


def test_semicolons_within_strings_identifiers_and_comments_end_nothing() -> None:
    found = read(
        [
            (
                "a.ksql",
                """CREATE STREAM a AS SELECT 'it''s; here' AS x, `b;``c` AS y FROM s; -- one; more
                CREATE STREAM b AS SELECT "d;e" FROM a; /* nothing; here */""",
            )
        ],
        {},
    )
    assert [statement.name for statement in found] == ["A", "B"]
    assert "'it''s; here'" in found[0].text
    assert found[1].line == 2


def test_a_statement_keeps_its_lines_so_that_positions_are_those_of_the_file() -> None:
    statement = one("-- first line\n\nCREATE STREAM a AS -- why\n  SELECT x /* two\nlines */ FROM b;")
    assert statement.line == 3
    assert statement.text.splitlines()[1].strip().startswith("SELECT x")
    assert len(statement.text.splitlines()) == 3


def test_layout_and_comments_are_no_difference() -> None:
    plain = one("CREATE STREAM a AS SELECT x, 'a  b' AS y FROM b;")
    laid_out = one("CREATE STREAM a AS -- comment\n  SELECT x,\n    'a  b' AS y\n  FROM b ;")
    assert plain.same_as(laid_out)
    assert not plain.same_as(one("CREATE STREAM a AS SELECT x, 'a b' AS y FROM b;"))


def test_a_statement_stands_on_what_it_names() -> None:
    found = read(
        [
            ("1.ksql", "CREATE STREAM a (x INT); CREATE STREAM `b` AS SELECT * FROM a;"),
            ("2.ksql", "CREATE TABLE c AS SELECT x FROM `b` JOIN a ON 1=1; INSERT INTO `b` SELECT * FROM a;"),
        ],
        {},
    )
    assert [statement.reads for statement in found] == [[], ["A"], ["A", "b"], ["A", "b"]]


def test_variables_are_substituted_and_can_be_overridden() -> None:
    text = "DEFINE window = '60 SECONDS';\nCREATE STREAM a AS SELECT '${window}$${window}' FROM b WITHIN ${WINDOW};"
    assert "SELECT '60 SECONDS${window}' FROM b WITHIN 60 SECONDS" in one(text).text
    assert "WITHIN 5 MINUTES" in one(text, window="5 MINUTES").text


def test_properties_hold_from_set_to_unset() -> None:
    found = read(
        [
            ("1.ksql", "SET 'auto.offset.reset' = 'earliest'; CREATE STREAM a (x INT);"),
            ("2.ksql", "CREATE STREAM b (x INT); UNSET 'auto.offset.reset'; CREATE STREAM c (x INT);"),
        ],
        {},
    )
    earliest = {"auto.offset.reset": "earliest"}
    assert [statement.properties for statement in found] == [earliest, earliest, {}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CREATE STREAM a (x INT)", "a.ksql, line 1: no semicolon ends this statement"),
        ("\nCREATE STREAM a AS SELECT 'x FROM b;", "a.ksql, line 2: ' is opened and never closed"),
        ("/* a", "a.ksql, line 1: /\\* is opened and never closed"),
        ("CREATE STREAM a AS\nSELECT ${b} FROM c;", r"a.ksql, line 2: the variable \$\{b\} is not defined"),
        ("DEFINE a = b;", "a.ksql, line 1: .* is not well formed"),
        ("SET a = 'b';", "a.ksql, line 1: .* is not well formed"),
        ("SELECT * FROM a EMIT CHANGES;", "makes nothing that lasts"),
        ("INSERT INTO a (x) VALUES (1);", "makes nothing that lasts"),
        ("DROP STREAM a;", "makes nothing that lasts"),
        ("CREATE STREAM a (x INT);\nCREATE STREAM A (x INT);", "line 2: STREAM A is made at a.ksql, line 1"),
        ("DEFINE b = '1; DROP STREAM x'; CREATE STREAM a AS SELECT ${b} FROM c;", "with a semicolon"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        one(text)


def test_an_override_for_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="defines the variable nonsense"):
        one("CREATE STREAM a (x INT);", nonsense="1")


def test_the_labs_own_files_are_read_and_take_the_configurations_overrides() -> None:
    statements = read_folder(KSQL, {"attribution_window": "7 MINUTES", "attribution_grace": "3 DAYS"})
    (join,) = (statement for statement in statements if statement.name == "CONN_MATCH")
    assert "WITHIN 7 MINUTES GRACE PERIOD 3 DAYS" in join.text


def test_a_folder_without_statements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no \.ksql files"):
        read_folder(tmp_path, {})
