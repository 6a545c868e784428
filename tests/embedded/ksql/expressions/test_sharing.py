"""What several columns of a SELECT have in common is computed once, and nobody can tell."""

import json
from typing import Any, Final

import pytest

from embedded.ksql.record import Record
from embedded.ksql.run import run

SOURCE = (
    "CREATE STREAM s (i INT, j INT, b BIGINT, t VARCHAR, a ARRAY<BIGINT>, st STRUCT<x INT, y VARCHAR>) "
    "WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"
)
ROWS: Final[tuple[dict[str, Any], ...]] = (
    {"i": 7, "j": 0, "b": 2**62, "t": "a|b", "a": [5, 3], "st": {"x": 1, "y": "z"}},
    {"i": 7, "j": 2, "b": -(2**62), "t": "", "a": [], "st": {"x": None, "y": None}},
    {"i": 2_000_000_000, "j": 3, "b": 1, "t": "a|b|c", "a": [1], "st": None},
    {},
)


def told(columns: list[str]) -> list[dict[str, object]]:
    """The rows of a SELECT of these columns."""
    named = ", ".join(f"{each} AS c{i}" for i, each in enumerate(columns))
    records = [Record("s", None, json.dumps(row).encode(), 0) for row in ROWS]
    made = run(f"{SOURCE} CREATE STREAM o AS SELECT {named} FROM s EMIT CHANGES;", records)
    return [json.loads(record.value or b"null") for record in made]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(["i / j", "i / j + 1", "COALESCE(i / j, 9)"], id="a division by zero"),
        pytest.param(["b * 4", "b * 4 - 1", "ABS(b * 4)"], id="numbers that wrap"),
        pytest.param(["SPLIT(t, '|')[1]", "SPLIT(t, '|')[2]", "LEN(SPLIT(t, '|')[3])"], id="a list of parts"),
        pytest.param(["a[1] - a[2]", "(a[1] - a[2]) * (a[1] - a[2])"], id="items that are not there"),
        pytest.param(
            ["st->x", "st->x + 1", "CASE WHEN st->x = 1 THEN st->y ELSE st->y + '?' END"], id="fields"
        ),
        pytest.param(["SUBSTRING(t, i - 6)", "LPAD(t, i - 6, '-')", "i - 6"], id="arguments"),
    ],
)
def test_columns_say_the_same_together_as_each_by_itself(columns: list[str]) -> None:
    alone = [[row["C0"] for row in told([each])] for each in columns]
    together = told(columns)
    assert [[row[f"C{i}"] for row in together] for i in range(len(columns))] == alone


def test_what_is_never_the_same_twice_is_asked_for_twice() -> None:
    first = told(["RANDOM() + 1", "RANDOM() + 1"])[0]
    assert first["C0"] != first["C1"]


def test_lambdas_of_the_same_text_keep_their_own_arguments() -> None:
    row = told(
        ["TRANSFORM(a, x => x + 1)", "TRANSFORM(a, x => x + 1)", "TRANSFORM(a, x => (x + 1) * (x + 1))"]
    )[0]
    assert (row["C0"], row["C1"], row["C2"]) == ([6, 4], [6, 4], [36, 16])
