"""A report counts connections once each, and names what a person would look into."""

from typing import Any

from cli.reporting.report import Report, report
from cli.reporting.timeline import MOST, timeline
from infra.observation.outcome import Outcome

BEGAN = 1_800_000_000.0


def event(uid: str, at: float = 0.0, side: str = "originator", **fields: Any) -> dict[str, Any]:
    return {
        "EVENT_ID": f"{uid}:{side}",
        "uid": uid,
        "ts": BEGAN + at,
        "SIDE": side,
        "id.orig_h": "10.0.0.1",
        "id.resp_h": "203.0.113.9",
        "id.resp_p": 443,
        "proto": "tcp",
        "orig_bytes": 100,
        "resp_bytes": 900,
        "community_id": f"1:{uid}=",
        "HOSTNAME": "pc",
        "PROCESS_NAME": "C:\\odd.exe",
        "PROCESS_COUNT": 1,
        "SOURCES": ["osquery", "sysmon"],
    } | fields


def made(
    enriched: list[dict[str, Any]], rest: list[dict[str, Any]] | None = None, detected: tuple[str, ...] = ()
) -> Report:
    events = {row["EVENT_ID"]: row for row in enriched}
    outcome = Outcome(
        enriched=events,
        unattributed={row["uid"]: row for row in rest or []},
        sightings=(),
        detections=[events[key] | {"DETECTION": "odd"} for key in detected],
    )
    return report(outcome, title="t", made_at=BEGAN)


def test_a_connection_that_both_ends_saw_is_one() -> None:
    told = made([event("C1"), event("C1", side="responder", HOSTNAME="dc")], [event("C2", REASON="why")])
    assert (told.connections, told.attributed, told.share) == (2, 1, 0.5)
    assert [(count.name, count.count) for count in told.reasons] == [("why", 1)]
    assert {count.name for count in told.hosts} == {"pc", "dc"}
    assert [talker.connections for talker in told.peers] == [2]


def test_detections_of_one_process_and_peer_are_one_finding_with_its_rhythm() -> None:
    beacons = [event(f"C{number}", at=60.0 * number + number % 2) for number in range(6)]
    other = event("D1", at=5.0, **{"id.resp_h": "203.0.113.10"})
    told = made([*beacons, other], detected=(*(row["EVENT_ID"] for row in beacons), "D1:originator"))
    beacon, single = told.detections
    assert (beacon.peer, beacon.connections, beacon.octets) == ("203.0.113.9", 6, 6_000)
    assert beacon.every is not None
    assert round(beacon.every) == 60
    assert (single.peer, single.every) == ("203.0.113.10", None)


def test_the_peer_of_a_responder_is_who_called_it() -> None:
    told = made([event("C1", side="responder")], detected=("C1:responder",))
    assert told.detections[0].peer == "10.0.0.1"


def test_talkers_are_ordered_by_payload_and_say_what_was_detected() -> None:
    loud = event("C1", PROCESS_NAME="C:\\loud.exe", resp_bytes=10_000)
    told = made([event("C2"), loud], detected=("C2:originator",))
    assert [(talker.name, talker.detected) for talker in told.processes] == [
        ("C:\\loud.exe", 0),
        ("C:\\odd.exe", 1),
    ]


def test_processes_that_cannot_be_told_apart_are_all_named() -> None:
    several = event("C1", PROCESS_NAME=None, PROCESS_COUNT=2, PROCESS_NAMES=["a.exe", "b.exe"])
    assert made([several]).processes[0].name == "a.exe or b.exe"


def test_a_timeline_has_no_gap_and_loses_nothing() -> None:
    for span in (0.0, 59.0, 3_600.0, 86_400.0 * 400):
        told = timeline([BEGAN, BEGAN + span], [BEGAN + span / 3], [BEGAN])
        assert sum(step.all for step in told.steps) == 3
        assert len(told.steps) <= MOST
        assert {round(b.at - a.at) for a, b in zip(told.steps, told.steps[1:], strict=False)} <= {
            told.seconds
        }


def test_two_rules_about_one_connection_are_two_findings_and_one_connection() -> None:
    told = event("C1")
    outcome = Outcome(
        enriched={told["EVENT_ID"]: told},
        unattributed={},
        sightings=(),
        detections=[told | {"DETECTION": name, "LEVEL": "high"} for name in ("odd", "regular")],
    )
    found = report(outcome, title="t", made_at=BEGAN)
    assert [(each.detection, each.level) for each in found.detections] == [
        ("odd", "high"),
        ("regular", "high"),
    ]
    assert [talker.detected for talker in found.processes] == [1]
    assert found.detected == 1
