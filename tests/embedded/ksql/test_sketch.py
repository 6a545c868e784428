"""The sketch of the attribution, held to what the real ksqlDB wrote for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.run import run


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["cases", "recording_B"])
def test_every_topic_holds_what_ksqldb_wrote(shared: Path, name: str) -> None:
    folder = shared / "ksql-sketch"
    records = [
        Record(
            each["topic"],
            None if each["key"] is None else each["key"].encode(),
            json.dumps(each["value"]).encode(),
            each["timestamp"],
        )
        for each in _lines(folder / f"{name}.input.ndjson")
    ]
    letters: list[DeadLetter] = []
    made = run((folder / "attribution.ksql").read_text(encoding="utf-8"), records, dead_letters=letters)
    expected = _lines(folder / f"{name}.output.ndjson")
    topics = {each["topic"] for each in expected}
    assert {each.topic for each in made} == topics
    for topic in sorted(topics):
        got = [
            (each.timestamp, None if each.value is None else json.loads(each.value))
            for each in made
            if each.topic == topic
        ]
        assert got == [(each["timestamp"], each["value"]) for each in expected if each["topic"] == topic]
    assert letters == []
