"""A diagnosis says how far the probe got, and of each fault what it is, why, what to do, and what the log says."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cli.diagnosis.diagnosis import Diagnosis
from cli.diagnosis.walk import STAGES, Walk
from cli.view.diagnosis import diagnosis
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.observation.faults.finding import Finding

QUERY = Finding(
    fault="paused query",
    hop="query CSAS_CONN_9",
    what="the query is paused",
    causes="Somebody paused it.",
    remedy="RESUME it.",
    command="curl http://127.0.0.1:8088/ksql -H 'Content-Type: application/json' -d '{\"ksql\": \"RESUME Q;\"}'",
    program="ksql",
)
TOPIC = Finding(
    fault="missing topic",
    hop="topic CONN",
    what="it is gone",
    causes="Deleted.",
    remedy="Make it.",
    program="ksql",
)


def printed(told: Diagnosis, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(diagnosis(told), crop=False)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_the_way_the_fault_the_remedy_and_the_log_once(tmp_path: Path, width: int) -> None:
    run = RunDirectory(tmp_path)
    run.logs.mkdir()
    run.log("ksql").write_text("first\n[bold]second[/bold] \x1b[2J\n")
    walk = Walk(passed={STAGES[0].name: 0.1, STAGES[1].name: 0.2}, stopped=STAGES[2])
    text = printed(Diagnosis(walk=walk, found=[QUERY, TOPIC], run=run), width)
    assert f"ok      {STAGES[0].name}, 0.1 s" in text
    assert f"stopped {STAGES[2].name}" in text
    assert "paused query (query CSAS_CONN_9): the query is paused" in text
    assert "What to do: RESUME it." in text
    assert "missing topic (topic CONN): it is gone" in text
    assert text.count("[bold]second[/bold] \\x1b[2J") == 1
    assert f"\n    {QUERY.command}\n" in text, "a shell can be given it as it stands there"
    others = [line.rstrip() for line in text.splitlines() if QUERY.command not in line]
    assert max(map(len, others)) <= width
    assert "The probe went all the way" not in text


def test_what_helps_against_several_faults_is_told_once(tmp_path: Path) -> None:
    found = [replace(TOPIC, hop=f"topic {name}") for name in ("A", "B", "C")]
    text = printed(Diagnosis(walk=Walk(), found=found, run=RunDirectory(tmp_path)))
    assert [text.count(f"missing topic (topic {name})") for name in "ABC"] == [1, 1, 1]
    assert text.count("What to do: Make it.") == 1


def test_a_sound_stack_is_said_to_be(tmp_path: Path) -> None:
    walk = Walk(passed={stage.name: 0.1 for stage in STAGES})
    assert "nothing is broken" in printed(Diagnosis(walk=walk, found=[], run=RunDirectory(tmp_path)))


def test_why_no_probe_was_sent_is_told(tmp_path: Path) -> None:
    walk = Walk(stopped=STAGES[0], trouble="no probe was sent: Kafka does not answer")
    assert "no probe was sent" in printed(Diagnosis(walk=walk, found=[], run=RunDirectory(tmp_path)))
