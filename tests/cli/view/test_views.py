"""What a user reads after a replay, and of each event."""

from collections import Counter
from typing import Any

from rich.console import Console

from cli.replaying.figures import Figures
from cli.view import events
from cli.view.beside import print_detected
from cli.view.summary import print_summary
from embedded.shipper.record import DeadLetter
from embedded.shipper.recording import Recording
from embedded.shipper.shipping import Shipment
from infra.observation.outcome import Outcome

EVENT: dict[str, Any] = {
    "EVENT_ID": "C1:originator",
    "uid": "C1",
    "ts": 1767348245.5,
    "id.orig_h": "10.0.0.1",
    "id.orig_p": 50000,
    "id.resp_h": "2001:db8::2",
    "id.resp_p": 443,
    "proto": "tcp",
    "service": "ssl",
    "community_id": "1:abc",
    "PROCESS_NAME": "C:\\Windows\\explorer.exe",
    "PROCESS_ID": 4912,
    "USERNAME": "CORP\\asha",
    "HOSTNAME": "CLIENT01",
    "PARENT_NAME": None,
    "SOURCES": ["osquery", "sysmon"],
    "PROCESS_COUNT": 1,
}


def shown(console: Console) -> str:
    return console.export_text()


def console() -> Console:
    return Console(record=True, width=140, quiet=False)


def outcome(*detections: tuple[str, str], **differing: dict[str, Any]) -> Outcome:
    """The detections are pairs of a connection's uid and what was detected."""
    return Outcome(
        enriched={
            f"{uid}:originator": EVENT
            | {"EVENT_ID": f"{uid}:originator", "uid": uid, "ts": EVENT["ts"] + number}
            | differing.get(uid, {})
            for number, uid in enumerate(dict.fromkeys(uid for uid, _ in detections))
        },
        unattributed={},
        sightings=(),
        detections=[{"EVENT_ID": f"{uid}:originator", "DETECTION": name} for uid, name in detections],
    )


def test_the_plain_connection_stands_beside_the_enriched_one() -> None:
    screen = console()
    print_detected(screen, outcome(("C1", "a process talks"), ("C2", "a process talks")))
    printed = shown(screen)
    for told in ("C:\\Windows\\explorer.exe", "4912", "CORP\\asha", "CLIENT01", "1:abc", "osquery, sysmon"):
        assert told in printed
    assert "a process talks, and 1 more like it" in printed
    (uid_line,) = (line for line in printed.splitlines() if "uid" in line)
    assert uid_line.count("C1") == 2


def test_what_was_detected_most_is_shown_and_the_rest_is_named() -> None:
    screen = console()
    print_detected(screen, outcome(("C1", "once"), ("C2", "often"), ("C3", "often"), ("C3", "regular")))
    printed = shown(screen)
    assert "C2" in printed
    assert "Detected: often, and 1 more like it." in printed
    assert "Also: once (1)." in printed
    assert "Also: regular (1)." in printed


def test_what_an_attacker_wrote_cannot_command_the_terminal_nor_fill_it() -> None:
    screen = console()
    print_detected(screen, outcome(("C1", "x"), C1={"COMMAND_LINE": "\x1b[2J" + "A" * 5_000}))
    printed = shown(screen)
    assert "\x1b" not in printed
    assert "\\x1b[2J" in printed
    assert "(5,007 characters)" in printed


def test_where_nothing_was_detected_nothing_is_printed() -> None:
    screen = console()
    print_detected(screen, outcome())
    assert shown(screen).strip() == ""


def test_the_summary_tells_what_was_lost_left_out_and_not_measured() -> None:
    recording = Recording(
        records=[],
        dead_letters=[DeadLetter("conn.log", 7, "uid is missing", b"{}")],
        ignored=Counter({"Security": 12}),
        left_out=["README.md: neither a log nor a capture"],
        offsets={},
    )
    figures = Figures(
        flows=10,
        endpoint_events=5,
        matched_events=4,
        attributed_flows=4,
        unattributed={"no Community ID": 5},
        dead_letters=1,
        offsets={"pc1": 1.5, "pc2": None},
    )
    shipment = Shipment(records=[], dead_letters=1, start=0.0, end=1.0, seconds=1.0)
    screen = console()
    print_summary(screen, figures, recording, shipment)
    printed = shown(screen)
    for told in (
        "40%",
        "no Community ID",
        "conn.log, line 7: uid is missing",
        "events of Security",
        "README.md",
    ):
        assert told in printed
    assert "+1.500 s" in printed
    assert "pc2: too few connections" in printed
    assert "lost them" in printed


def test_an_event_is_one_line() -> None:
    line = events.line(EVENT)
    assert line.startswith("2026-01-02 10:04:05.500")
    assert "explorer.exe (4912)" in line
    assert "10.0.0.1:50000 -> [2001:db8::2]:443 tcp ssl" in line


def test_an_event_with_several_processes_says_so_and_one_without_name_too() -> None:
    shared = {
        "PROCESS_COUNT": 2,
        "PROCESS_NAME": None,
        "PROCESS_NAMES": ["C:\\a\\chrome.exe", "C:\\b\\Teams.exe"],
    }
    assert "chrome.exe or Teams.exe" in events.line(EVENT | shared)
    assert "not known" in events.line(EVENT | {"PROCESS_NAME": None, "PROCESS_ID": None})


def test_a_narrow_screen_has_the_connection_below_and_every_line_fits() -> None:
    assert "\n" not in events.line(EVENT, 200)
    narrow = events.line(EVENT, 80).splitlines()
    assert len(narrow) == 2
    assert all(len(part) <= 80 for part in narrow)
    assert narrow[1].startswith("    ")
    assert len(events.heading(80).splitlines()) == 2


def test_a_community_id_is_on_one_line_in_80_columns() -> None:
    told = "1:LRF0AYNq4NickjAiFV6OoEg0vWc="
    narrow = Console(record=True, width=80)
    print_detected(narrow, outcome(("C1", "a beacon"), C1={"community_id": told}))
    assert shown(narrow).count(told) == 2
