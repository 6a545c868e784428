"""Statements as text: what is accepted, and where an error is."""

import pytest

from embedded.ksql.engine import Engine
from embedded.ksql.errors import InvalidError, KsqlError, UnsupportedError

STREAM = "CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"


@pytest.mark.parametrize(
    ("statements", "line", "column", "said"),
    [
        ("CREATE STREAM s (k VARCHAR KEY\n  v INT) WITH (KAFKA_TOPIC = 's');", 2, 3, "expected"),
        (STREAM + "\nCREATE STREAM o AS\n  SELECT k, w FROM s;", 3, 13, "'W' cannot be resolved"),
        (STREAM + "\nCREATE STREAM o AS SELECT k, NO_SUCH(v) FROM s;", 2, 30, "NO_SUCH"),
        (STREAM + "\n\nDROP STREAM 's';", 3, 13, "identifier"),
        ("CREATE STREAM s (k VARCHAR KEY, v INTEGERS) WITH (KAFKA_TOPIC = 's');", 1, 35, "INTEGERS"),
        ("SELECT 'open FROM s EMIT CHANGES;", 1, 8, ""),
    ],
)
def test_an_error_says_where_it_is(statements: str, line: int, column: int, said: str) -> None:
    with pytest.raises(KsqlError) as caught:
        Engine().execute(statements)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert said in caught.value.message
    assert f"line {line}:{column}" in str(caught.value)


@pytest.mark.parametrize("value_format", ["AVRO", "PROTOBUF", "JSON_SR"])
def test_a_format_that_is_missing_is_named(value_format: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        Engine().execute(
            f"CREATE STREAM s (v INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = '{value_format}');"
        )
    assert value_format in caught.value.message
    assert caught.value.statement.startswith("CREATE STREAM s")


def test_names_are_folded_unless_they_are_quoted() -> None:
    engine = Engine()
    engine.execute(
        'CREATE STREAM Mixed (Key VARCHAR KEY, `Lower case` INT, "x.y" INT) '
        "WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"
    )
    source = engine.sources["MIXED"]
    assert [column.name for column in source.columns] == ["KEY", "Lower case", "x.y"]
    with pytest.raises(InvalidError, match="MIXED_"):
        engine.execute("DROP STREAM mixed_;")


def test_comments_and_semicolons_in_text_are_no_ends_of_statements() -> None:
    engine = Engine()
    engine.execute(
        STREAM + "-- a remark; with a semicolon\n/* and\n another; */ "
        "CREATE STREAM o AS SELECT k, 'it''s; fine' AS t FROM s;"
    )
    assert list(engine.sources) == ["S", "O"]
