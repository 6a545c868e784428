"""Each rule on recordings: one that fires it, and one that does not, read as `lab replay` reads them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from embedded.ksql.record import Record
from embedded.shipper.event_time import shifted
from embedded.shipper.recording import load
from infra import topics
from infra.pipeline.detections.statements import read_rules
from tests.detections.recordings.make import FOLDER, KINDS, make
from tests.ksql.fusion import RULES, written

NAMES: Final = {rule.rule_id: rule.path.stem for rule in read_rules(RULES)}
MILLISECONDS: Final = 1000


@dataclass(frozen=True, order=True)
class Line:
    """A process and its connection; and the rule that found it, if one did."""

    process: str
    connection: str
    rule: str = ""


@cache
def concluded(folder: Path) -> tuple[list[Line], list[Line]]:
    """What is found in a recording, and what is attributed in it."""
    recording = load([folder])
    assert recording.dead_letters == []
    shipped = sorted(recording.records, key=lambda record: record.arrival + recording.correction(record))
    arrived = [
        Record(
            record.topic,
            record.key.encode(),
            shifted(record, recording.correction(record)),
            int((record.arrival + recording.correction(record)) * MILLISECONDS),
        )
        for record in shipped
    ]
    last: dict[tuple[str, bytes | None], dict[str, Any]] = {}
    for made in written(arrived):
        if made.topic in {topics.DETECTIONS, topics.ENRICHED} and made.value is not None:
            last[made.topic, made.key] = json.loads(made.value)
    rows = [(topic, row) for (topic, _), row in last.items()]
    return (
        sorted(line(row, NAMES[row["RULE_ID"]]) for topic, row in rows if topic == topics.DETECTIONS),
        sorted(line(row) for topic, row in rows if topic == topics.ENRICHED),
    )


def line(row: dict[str, Any], rule: str = "") -> Line:
    ends = (f"{row[f'id.{end}_h']}:{row[f'id.{end}_p']}" for end in ("orig", "resp"))
    return Line(f"{row['PROCESS_NAME']} ({row['PROCESS_ID']})", " -> ".join(ends), rule)


def expected(rule: str, kind: str) -> list[Line]:
    told = yaml.safe_load((FOLDER / rule / "expected.yml").read_text(encoding="utf-8"))
    return sorted(Line(**entry) for entry in told[kind])


def test_every_rule_has_a_recording_that_fires_it_and_one_that_does_not() -> None:
    lacking = [
        f"{rule}/{kind}" for rule in NAMES.values() for kind in KINDS if not (FOLDER / rule / kind).is_dir()
    ]
    assert lacking == [], "docs/detections.md tells how to add a recording"
    assert {folder.name for folder in FOLDER.iterdir() if (folder / "fires").is_dir()} == set(NAMES.values())


@pytest.mark.parametrize("rule", sorted(NAMES.values()))
def test_a_rule_finds_the_process_and_the_flow_in_the_recording_that_is_about_it(rule: str) -> None:
    found, _ = concluded(FOLDER / rule / "fires")
    assert rule in {one.rule for one in found}
    assert found == expected(rule, "fires")


@pytest.mark.parametrize("rule", sorted(NAMES.values()))
def test_a_rule_stays_quiet_on_the_recording_that_is_like_it(rule: str) -> None:
    found, attributed = concluded(FOLDER / rule / "stays_quiet")
    assert [one for one in found if one.rule == rule] == []
    missing = [one for one in expected(rule, "stays_quiet") if one not in attributed]
    assert missing == [], "what a rule is quiet about has to be known to it"


def test_the_script_makes_the_very_bytes_that_are_here() -> None:
    assert [name for name, content in make().items() if (FOLDER / name).read_bytes() != content] == []
