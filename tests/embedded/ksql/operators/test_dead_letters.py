"""Records that cannot be processed: told with the place and the reason, and the query goes on."""

from typing import Any

import pytest

from embedded.ksql.record import DeadLetter
from tests.embedded.ksql.given import record, rows

STATEMENTS = """
    CREATE STREAM s (k VARCHAR KEY, n INT, ms BIGINT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON',
      TIMESTAMP = 'MS');
    CREATE STREAM o AS SELECT k, n FROM s;
"""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{not json", "JSON"),
        (b"[1]", "JSON object"),
        ({"N": "seven", "MS": 1}, "INT"),
        ({"N": {"a": 1}, "MS": 1}, "INT"),
        ({"N": 1}, "timestamp"),
        ({"N": 1, "MS": -5}, "timestamp -5"),
        ({"N": 1, "MS": 10**17}, "9999"),
    ],
)
def test_a_bad_record_is_told_and_the_next_one_is_processed(value: Any, reason: str) -> None:
    letters: list[DeadLetter] = []
    good = {"N": 1, "MS": 5}
    made = rows(
        STATEMENTS, [record("s", "a", good), record("s", "b", value), record("s", "c", good)], "O", letters
    )
    (letter,) = letters
    assert [row.key for row in made] == ["a", "c"]
    assert (letter.topic, letter.offset, letter.query_id) == ("s", 1, "CSAS_O_2")
    assert reason in letter.reason
    assert letter.record.key == b"b"


def test_an_expression_that_fails_is_null_and_no_dead_letter() -> None:
    letters: list[DeadLetter] = []
    statements = STATEMENTS.replace("k, n FROM", "k, 1 / n AS q, CAST('x' AS INT) AS i FROM")
    (row,) = rows(statements, [record("s", "a", {"N": 0, "MS": 5})], "O", letters)
    assert row.value == {"Q": None, "I": None}
    assert letters == []
