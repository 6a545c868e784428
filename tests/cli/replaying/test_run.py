"""Recordings through the running pipeline: what it concludes is what is true."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.replaying.run import BUNDLED, Replay, Replayed, run
from tests.cli.replaying.conftest import Pipeline

DEADLINE = 240.0
REAL = {
    "A_empire_wmi_execmethod": (14, 11, 10),
    "B_lsass_campaign_01": (112, 108, 106),
    "C_purplesharp_ad_playbook_I": (50, 89, 47),
    "D_negative_control_wmi_subscription": (23, 0, 0),
}
"""Flows, endpoint events that match one, and attributed flows: what a perfect offline join finds."""


def replay(pipeline: Pipeline, *paths: Path) -> Replayed:
    return run(
        Replay(
            bootstrap=pipeline.bootstrap,
            run_directory=pipeline.run_directory,
            paths=paths or (BUNDLED,),
            deadline=DEADLINE,
        )
    )


@pytest.fixture(scope="module")
def bundled(pipeline: Pipeline) -> Replayed:
    return replay(pipeline)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads((BUNDLED / "manifest.json").read_bytes())
    return told


def test_every_flow_is_accounted_for(bundled: Replayed, truth: dict[str, Any]) -> None:
    figures = bundled.figures
    assert figures.unexplained == 0
    assert figures.flows == len(truth["flows"])
    assert (figures.endpoint_events, figures.matched_events, figures.attributed_flows) == (1031, 1027, 533)


def known(image: str) -> str | None:
    """A process that was gone before Sysmon looked has a number and no name."""
    return None if image == "<unknown process>" else image


def test_each_side_of_each_flow_has_the_process_that_an_agent_saw(
    bundled: Replayed, truth: dict[str, Any]
) -> None:
    expected = {
        (uid, side): [(host, pid, known(image)) for host, pid, image, sources in flow[side] if sources]
        for uid, flow in truth["flows"].items()
        for side in ("originator", "responder")
        if any(sources for *_, sources in flow.get(side, []))
    }
    events = {(event["uid"], event["SIDE"]): event for event in bundled.outcome.enriched.values()}
    assert set(events) == set(expected)
    for place, processes in expected.items():
        event = events[place]
        named = event["HOSTNAME"], event["PROCESS_ID"], event["PROCESS_NAME"]
        # Of several that share a socket, none is picked: their number and names are told.
        assert named == (processes[0] if len(processes) == 1 else (processes[0][0], None, None))
        assert event["PROCESS_COUNT"] == len(processes), place
        assert sorted(event["PROCESS_NAMES"]) == sorted(image for _, _, image in processes if image)


def test_the_injected_connection_is_explorers_with_user_and_host(
    bundled: Replayed, truth: dict[str, Any]
) -> None:
    injected = truth["injected"]
    (event,) = (
        event
        for event in bundled.outcome.enriched.values()
        if event["community_id"] == injected["community_id"]
    )
    assert event["PROCESS_NAME"] == injected["image"]
    assert event["PROCESS_ID"] == injected["pid"]
    assert event["USERNAME"] == injected["user"]
    assert event["HOSTNAME"] == injected["host"]
    assert event["SOURCES"] == ["osquery", "sysmon"]


def test_what_is_detected_is_the_attack_and_nothing_else(bundled: Replayed, truth: dict[str, Any]) -> None:
    attack = {*truth["staging"], *truth["beacons"]}
    assert {row["uid"] for row in bundled.outcome.detections} == attack


@pytest.mark.parametrize("name", REAL)
def test_a_real_recording_gives_what_a_perfect_join_finds(
    pipeline: Pipeline, shared: Path, name: str
) -> None:
    figures = replay(pipeline, shared / "recordings" / name).figures
    assert (figures.flows, figures.matched_events, figures.attributed_flows) == REAL[name]
    assert figures.unexplained == 0


def test_a_capture_gives_what_it_holds_beyond_zeeks_log(pipeline: Pipeline, shared: Path) -> None:
    folder = shared / "recordings" / "B_lsass_campaign_01"
    (packets,) = folder.glob("*.pcapng")
    assert replay(pipeline, packets, folder / "sysmon_e3.jsonl").figures.matched_events == 124


def test_the_same_recording_again_gives_the_same_and_disturbs_nothing(
    pipeline: Pipeline, bundled: Replayed
) -> None:
    again = replay(pipeline)
    assert again.figures.as_json() == bundled.figures.as_json()
    assert again.shipment.end < bundled.shipment.start
