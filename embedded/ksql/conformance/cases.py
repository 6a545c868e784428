"""A test case: statements, inputs, and what must come out; and the verdict on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Exact
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from embedded.ksql.catalog import MemoryTopics
from embedded.ksql.conformance.diff import first_difference
from embedded.ksql.conformance.records import sources_by_topic, to_record
from embedded.ksql.conformance.runner import run_queries
from embedded.ksql.engine import Engine
from embedded.ksql.errors import KsqlError
from embedded.ksql.record import DeadLetter, Record

_PARTITIONS: Final = 4
"""How many partitions a topic has in ksqlDB's tests."""

Verdict = Literal["right", "refused", "wrong"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case: `detail` says how it was refused, or what differs."""

    verdict: Verdict
    detail: str = ""


def judge(case: Mapping[str, Any], properties: Mapping[str, object] | None = None) -> Outcome:
    """The verdict on one case; `properties` are the engine's, under the case's own."""
    given = {
        name: value
        for name, value in {**(properties or {}), **(case.get("properties") or {})}.items()
        if value != "{CONFIG}"
    }
    import_module("embedded.ksql.conformance.functions")
    engine = Engine(given, MemoryTopics(default=_PARTITIONS))
    expected_error = case.get("expectedException")
    try:
        session: Mapping[str, object] = {}
        inserted: list[Record] = []
        for statement in case["statements"]:
            for result in engine.execute(statement, session):
                session = result.overrides
                inserted += result.records
    except KsqlError as error:
        if expected_error is not None:
            return Outcome("right", error.message)
        return Outcome("refused", error.message)
    if expected_error is not None:
        return Outcome("wrong", f"not refused; ksqlDB says: {expected_error.get('message')}")
    letters: list[DeadLetter] = []
    known = sources_by_topic(engine)
    records = [to_record(item, known.get(item["topic"])) for item in case.get("inputs") or ()]
    made = run_queries(engine.queries.values(), records, inserted, letters)
    problem = first_difference(case.get("outputs") or (), made, known) or _compare_post(case, engine)
    if problem and letters:
        problem += f"; dead letters: {letters[0].reason}"
    return Outcome("wrong", problem) if problem else Outcome("right")


def _compare_post(case: Mapping[str, Any], engine: Engine) -> str:
    """What differs between the sources that must be there afterwards and those that are."""
    for wanted in (case.get("post") or {}).get("sources") or ():
        source = engine.sources.get(wanted["name"])
        if source is None:
            return f"source {wanted['name']} is missing"
        if str(wanted.get("type", source.kind)).upper() != source.kind:
            return f"source {wanted['name']} is a {source.kind}"
        if wanted.get("schema"):
            declared = Engine({"ksql.persistence.default.format.key": "JSON"})
            kind = source.kind
            text = str(wanted["schema"])
            if kind == "TABLE":
                text = text.replace(" KEY", " PRIMARY KEY").replace("PRIMARY PRIMARY", "PRIMARY")
            try:
                declared.execute(f"CREATE {kind} X ({text}) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');")
            except KsqlError:
                continue
            ours = [(c.name, str(c.type), c.where) for c in source.columns]
            theirs = [(c.name, str(c.type), c.where) for c in declared.sources["X"].columns]
            if ours != theirs:
                return f"schema of {source.name}: {theirs} expected, got {ours}"
    return ""


def load(path: Path) -> list[dict[str, Any]]:
    """The cases of a file, numbers exact."""
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Exact)
    cases = document["tests"] if isinstance(document, dict) else document
    return [dict(case) for case in cases]


__all__ = ("Outcome", "judge", "load")
