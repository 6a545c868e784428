"""What is killed is restarted, and nothing is lost: every enriched event is in Splunk, once it is deduplicated."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from infra import topics
from infra.logging_server.embedded.run_directory import await_end
from infra.observation import splunk_search
from infra.observation.topic import Reader
from infra.outputs import StackOutputs
from tests.end_to_end.conftest import PATIENCE_SECONDS, UP, Clone, replayed

DEADLINE_SECONDS = 120.0


def await_file(path: Path) -> None:
    """Wait until a run has got so far as to write this file."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)


def test_an_up_that_ctrl_c_stops_again_and_again_is_repaired_by_the_next(clone: Clone) -> None:
    clone.types("./lab destroy")
    for command, reached in (
        (UP, "supervisord.pid"),
        ("./lab up --no-replay", "kafka.json"),
        (UP, "statements.json"),
    ):
        with clone.running(command) as interrupted:
            await_file(clone.run.path / reached)
            os.killpg(interrupted.pid, signal.SIGINT)
            printed, _ = interrupted.communicate(timeout=PATIENCE_SECONDS)
            assert interrupted.returncode != 0, printed
    clone.types("./lab up --no-replay")
    clone.types(f"{UP} --expect-no-changes")


def test_a_pulumi_that_is_killed_during_up_is_repaired_by_the_next(clone: Clone) -> None:
    clone.types("./lab destroy")
    with clone.running(UP) as killed:
        await_file(clone.run.settings("ksql"))
        os.killpg(killed.pid, signal.SIGKILL)
    clone.types("./lab up --no-replay")
    clone.types(f"{UP} --expect-no-changes")


@pytest.fixture(scope="module")
def undisturbed(clone: Clone) -> dict[str, Any]:
    """The figures of a replay in peace; the stack is fresh, so that many stretches of event time are free."""
    return replayed(clone.types("./lab replay --json"))


def counted(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that do not depend on the day to which a replay moves the recording, as reasons do."""
    return {**figures, "unattributed": sum(figures["unattributed"].values())}


def revisions(outputs: StackOutputs) -> int:
    """How far the topic of enriched events has grown."""
    reader = Reader(outputs.kafka_bootstrap)
    try:
        return sum(place.offset for place in reader.ends([topics.ENRICHED]))
    finally:
        reader.close()


def enriched(outputs: StackOutputs) -> dict[str, Any]:
    """The last revision of every enriched event, from Kafka."""
    reader = Reader(outputs.kafka_bootstrap)
    try:
        found = {entry.key: entry.value for entry in reader.since([topics.ENRICHED])}
    finally:
        reader.close()
    events = [orjson.loads(value) for value in found.values() if value is not None]
    return {event["EVENT_ID"]: event for event in events}


def indexed(outputs: StackOutputs) -> dict[str, Any]:
    """The last revision of every enriched event, from Splunk: it lists the newest first."""
    found: dict[str, Any] = {}
    for row in splunk_search.rows(outputs, f'index={outputs.splunk_index} sourcetype="zeek:conn:enriched"'):
        event = orjson.loads(row["_raw"])
        found.setdefault(event["EVENT_ID"], []).append(event)
    return found


@pytest.mark.parametrize("program", ["kafka", "ksql", "connect", "splunk"])
def test_a_process_killed_during_a_replay_loses_nothing(
    clone: Clone, undisturbed: dict[str, Any], program: str
) -> None:
    outputs = clone.outputs()
    victim = psutil.Process(clone.pid(program))
    before = revisions(outputs)
    with clone.running("./lab replay --json --speed 2000 --deadline 120") as replay:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while revisions(outputs) == before:
            assert replay.poll() is None, replay.communicate()[0] + clone.logs()
            assert time.monotonic() < deadline
        victim.kill()
        printed, _ = replay.communicate(timeout=PATIENCE_SECONDS)
    assert replay.returncode == 0, printed + clone.logs()
    assert counted(replayed(printed)) == counted(undisturbed)
    assert clone.pid(program) != victim.pid

    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        wanted, found = enriched(outputs), indexed(outputs)
        missing = [key for key, event in wanted.items() if event not in found.get(key, [])]
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert missing == []
    assert found.keys() == wanted.keys()


def test_ctrl_c_during_destroy_is_repaired_by_the_next(clone: Clone) -> None:
    kafka = psutil.Process(clone.pid("kafka"))
    with clone.running("pulumi destroy --yes --skip-preview --stack embedded") as interrupted:
        assert await_end([kafka], DEADLINE_SECONDS) == []
        os.killpg(interrupted.pid, signal.SIGINT)
        interrupted.communicate(timeout=PATIENCE_SECONDS)
    clone.types("./lab destroy")
    assert clone.run.processes() == []
    assert not clone.run.path.exists()
    clone.types("./lab up")
