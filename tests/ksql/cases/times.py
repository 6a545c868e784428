"""When a flow and an endpoint event belong together, and what a flow's later records change."""

from dataclasses import replace
from typing import Final

from tests.ksql.cases.case import Case
from tests.ksql.witnessed import BEACON, EXPLORER, HOUR, OPEN, OUTSIDE, SECOND, SVCHOST, conn, sysmon

TIMES: Final = (
    Case(
        sentence="a flow has the process that used its socket within a minute of its beginning",
        seen=[sysmon(BEACON, -60 * SECOND), BEACON],
        expect={
            "C1:originator": {
                "process_id": 4242,
                "process_name": EXPLORER,
                "hostname": "WIN10.lab.example",
                "username": "LAB\\bob",
                "sources": ("sysmon",),
                "offset_ms": -60 * SECOND,
                "process_count": 1,
            }
        },
    ),
    Case(
        sentence="it does not matter whether the flow or the endpoint event arrives first",
        seen=[BEACON, sysmon(BEACON)],
        expect={"C1:originator": {"process_id": 4242}},
    ),
    Case(
        sentence="an event more than a minute away is not a match, and is told as the reason with its distance",
        seen=[sysmon(BEACON, 60 * SECOND + 1), BEACON],
        expect={"C1": {"reason": OUTSIDE, "offset_ms": 60 * SECOND + 1}},
    ),
    Case(
        sentence="of several events outside the window the nearest is told",
        seen=[sysmon(BEACON, 400 * SECOND), sysmon(BEACON, -300 * SECOND), BEACON],
        expect={"C1": {"reason": OUTSIDE, "offset_ms": -300 * SECOND}},
    ),
    Case(
        sentence="a two-hour connection is attributed although its record arrives after it ended",
        seen=[
            sysmon(conn(duration_ms=2 * HOUR)),
            sysmon(conn("C8", at=2 * HOUR, orig_p=50_001), pid=7, name=SVCHOST),
            conn("C8", at=2 * HOUR, orig_p=50_001),
            conn(duration_ms=2 * HOUR),
        ],
        expect={"C1:originator": {"process_id": 4242}, "C8:originator": {"process_id": 7}},
    ),
    Case(
        sentence="a connection that still lives is attributed at once, and is said to be open",
        seen=[sysmon(OPEN), OPEN],
        expect={"C1:originator": {"process_id": 4242, "open": True, "conn_state": "S1", "orig_bytes": 10}},
    ),
    Case(
        sentence="the record of its end completes the event of an open connection, by its uid",
        seen=[sysmon(OPEN), OPEN, replace(BEACON, duration_ms=HOUR, orig_bytes=9000, conn_state="SF")],
        expect={
            "C1:originator": {"open": False, "conn_state": "SF", "orig_bytes": 9000, "duration_ms": HOUR}
        },
    ),
    Case(
        sentence="a record of an open connection that arrives after the one of its end changes nothing",
        seen=[sysmon(OPEN), replace(BEACON, duration_ms=HOUR, orig_bytes=9000, conn_state="RSTO"), OPEN],
        expect={
            "C1:originator": {"open": False, "conn_state": "RSTO", "orig_bytes": 9000, "duration_ms": HOUR}
        },
    ),
)
