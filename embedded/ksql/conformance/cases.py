"""A test case: statements, inputs, and what must come out; and the verdict on it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal as Exact
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from embedded.ksql.catalog import Format, MemoryTopics, Source
from embedded.ksql.conformance import values
from embedded.ksql.engine import Engine
from embedded.ksql.conformance.runner import run_queries
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


def sources_by_topic(engine: Engine) -> dict[str, Source]:
    """The source of each topic: the first that was declared over it."""
    found: dict[str, Source] = {}
    for source in engine.sources.values():
        found.setdefault(source.topic, source)
    return found


def to_record(item: Mapping[str, Any], source: Source | None) -> Record:
    """A record of a test case as Kafka would hold it."""
    headers = tuple(
        (
            str(each["KEY"]),
            values.encode(each["VALUE"], Format("KAFKA"), [])
            if each["VALUE"] is None
            else _b64(each["VALUE"]),
        )
        for each in item.get("headers") or ()
    )
    columns = values.value_columns(source) if source else []
    value = values.encode(item.get("value"), source.value_format if source else Format("JSON"), columns)
    return Record(
        item["topic"],
        values.key_bytes(dict(item), source),
        value,
        int(item.get("timestamp") or 0),
        headers=headers,
    )


def _b64(text: str) -> bytes:
    import base64

    return base64.b64decode(text)


def run_case(case: Mapping[str, Any], properties: Mapping[str, object] | None = None) -> Outcome:
    """The verdict on one case."""
    given = {
        name: value
        for name, value in {**(properties or {}), **(case.get("properties") or {})}.items()
        if value != "{CONFIG}"
    }
    import_module("embedded.ksql.conformance.functions")
    engine = Engine(given, MemoryTopics(default=_PARTITIONS))
    expected_error = case.get("expectedException")
    try:
        session: dict[str, object] = {}
        inserted: list[Record] = []
        for statement in case["statements"]:
            for result in engine.execute(statement, session):
                session.update(result.properties if result.kind == "SET" else {})
                inserted += result.records
    except KsqlError as error:
        if expected_error is not None:
            return Outcome("right", error.message)
        return Outcome("refused", error.message)
    if expected_error is not None:
        return Outcome("wrong", f"not refused; ksqlDB says: {expected_error.get('message')}")
    letters: list[DeadLetter] = []
    known = sources_by_topic(engine)
    given = [to_record(item, known.get(item["topic"])) for item in case.get("inputs") or ()]
    made = run_queries(engine.queries.values(), given, inserted, letters)
    problem = compare(case.get("outputs") or (), made, known) or _compare_post(case, engine)
    if problem and letters:
        problem += f"; dead letters: {letters[0].reason}"
    return Outcome("wrong", problem) if problem else Outcome("right")


def compare(
    expected: Iterable[Mapping[str, Any]], made: Iterable[Record], known: Mapping[str, Source]
) -> str:
    """What differs between the records expected and made, in order by topic; empty when nothing does."""
    wanted: dict[str, list[Mapping[str, Any]]] = {}
    for item in expected:
        wanted.setdefault(item["topic"], []).append(item)
    got: dict[str, list[Record]] = {}
    for record in made:
        got.setdefault(record.topic, []).append(record)
    for topic, items in wanted.items():
        records = got.get(topic, [])
        for i, item in enumerate(items):
            if i >= len(records):
                return f"{topic}: {len(records)} records, expected {len(items)}; the next: {show(item)}"
            problem = _differs(item, records[i], known.get(topic))
            if problem:
                return f"{topic}, record {i + 1}: {problem}"
        if len(records) > len(items):
            extra = records[len(items)]
            return (
                f"{topic}: {len(records)} records, expected {len(items)}; the first too many: "
                f"{extra.key!r} {extra.value!r} at {extra.timestamp}"
            )
    return ""


def show(value: Any) -> str:
    """A value of a case as JSON."""
    return values.json_bytes(value).decode()


def _differs(item: Mapping[str, Any], record: Record, source: Source | None) -> str:
    key, window = record.key, None
    if source is not None and source.window is not None and key is not None:
        size = 16 if source.window.kind == "SESSION" else 8
        key, window = key[:-size], key[-size:]
    chosen = source.key_format if source else Format("KAFKA")
    shown_key = values.decode(key, chosen, values.key_columns(source) if source else [])
    if not values.same(item.get("key"), shown_key):
        return f"key {show(item.get('key'))} expected, got {show(shown_key)}"
    value_format = source.value_format if source else Format("JSON")
    shown = values.decode(record.value, value_format, values.value_columns(source) if source else [])
    if not values.same(item.get("value"), shown):
        return f"value {show(item.get('value'))} expected, got {show(shown)}"
    if item.get("timestamp") is not None and int(item["timestamp"]) != record.timestamp:
        return f"timestamp {item['timestamp']} expected, got {record.timestamp}"
    if item.get("window") and window is not None:
        found, start, end = values.window_of(item["window"])
        from embedded.ksql.serde.formats import window_suffix

        if window_suffix(found, start, end) != window:
            return f"window {show(item['window'])} expected, got {window.hex()}"
    return ""


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


__all__ = ("Outcome", "compare", "load", "run_case")
