"""ksqlDB's own test cases."""

from pathlib import Path
from typing import Any

import pytest

from embedded.ksql.conformance.cases import Outcome, judge, load

OWN = Path(__file__).with_name("cases")
"""Their outputs are those of the real ksqlDB 8.0 engine."""


def _judged(folder: Path) -> list[tuple[str, Outcome]]:
    return [
        (f"{path.name}: {case['name']}", judge(case))
        for path in sorted(folder.glob("*.json"))
        for case in load(path)
    ]


def test_the_repository_s_own_cases_are_answered_as_the_real_engine_answered_them() -> None:
    judged = _judged(OWN)
    assert judged
    assert [(name, outcome) for name, outcome in judged if outcome.verdict != "right"] == []


def test_what_the_lab_is_made_of_is_answered_as_ksqldb_answers_it(shared: Path) -> None:
    judged = _judged(shared / "ksql-conformance" / "core")
    assert judged
    assert [(name, outcome) for name, outcome in judged if outcome.verdict != "right"] == []


def test_the_rest_of_the_language_is_never_answered_otherwise_than_by_ksqldb(shared: Path) -> None:
    judged = _judged(shared / "ksql-conformance" / "other")
    assert judged
    assert [(name, outcome) for name, outcome in judged if outcome.verdict == "wrong"] == []


OUTPUT: dict[str, Any] = {"topic": "B", "key": "x", "value": {"W": 2}, "timestamp": 5}
CASE: dict[str, Any] = {
    "name": "a case",
    "statements": [
        "CREATE STREAM a (k STRING KEY, v INT) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');",
        "CREATE STREAM b AS SELECT k, v + 1 AS w FROM a;",
    ],
    "inputs": [{"topic": "a", "key": "x", "value": {"v": 1}, "timestamp": 5}],
    "outputs": [OUTPUT],
}


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        ({}, "right", ""),
        ({"outputs": [OUTPUT | {"value": {"W": 3}}]}, "wrong", "value"),
        ({"outputs": [OUTPUT | {"key": "y"}]}, "wrong", "key"),
        ({"outputs": [OUTPUT | {"timestamp": 6}]}, "wrong", "timestamp"),
        ({"outputs": [OUTPUT | {"value": {"W": 2, "X": None}}]}, "wrong", "value"),
        ({"outputs": [OUTPUT, OUTPUT]}, "wrong", "1 records, expected 2"),
        ({"outputs": [], "expectedException": {"message": "no"}}, "wrong", "not refused"),
        ({"statements": ["CREATE STREAM a (v INT) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'AVRO');"]},
         "refused", "AVRO"),
        ({"statements": ["CREATE STREAM;"], "expectedException": {"message": "no"}}, "right", ""),
    ],
)  # fmt: skip
def test_a_verdict_says_what_differs(change: dict[str, object], verdict: str, said: str) -> None:
    outcome = judge(CASE | change)
    assert outcome.verdict == verdict
    assert said in outcome.detail
