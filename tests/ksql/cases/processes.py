"""Several reports of one flow: two sensors, several processes, one that is not known."""

from dataclasses import replace
from typing import Final

from tests.ksql.cases.case import Case
from tests.ksql.strategies import NOON
from tests.ksql.witnessed import BEACON, ELSEWHERE, EXPLORER, NO_AGENT, SECOND, SVCHOST, conn, osquery, sysmon

PROCESSES: Final = (
    Case(
        sentence="Sysmon and Osquery saw one socket: one event, which says both",
        seen=[osquery(BEACON), sysmon(BEACON), BEACON],
        expect={
            "C1:originator": {
                "sources": ("osquery", "sysmon"),
                "process_count": 1,
                "process_guid": "{explorer}",
                "username": "LAB\\bob",
                "hostname": "WIN10.lab.example",
                "offset_ms": 0,
            }
        },
    ),
    Case(
        sentence="Sysmon and Osquery disagree on the process: both are named, and neither is picked",
        seen=[osquery(BEACON, name=SVCHOST), sysmon(BEACON), BEACON],
        expect={
            "C1:originator": {
                "sources": ("osquery", "sysmon"),
                "process_count": 2,
                "process_names": (SVCHOST, EXPLORER),
                "process_name": None,
            }
        },
    ),
    Case(
        sentence="a port that two processes use within the window is ambiguous: both are named and counted",
        seen=[sysmon(BEACON), sysmon(BEACON, 9000, pid=7, name=SVCHOST, guid="{svchost}"), BEACON],
        expect={
            "C1:originator": {
                "process_count": 2,
                "process_names": (SVCHOST, EXPLORER),
                "process_id": None,
                "process_guid": None,
                "command_line": None,
            }
        },
    ),
    Case(
        sentence="two processes of one program are two",
        seen=[sysmon(BEACON, pid=7, name=SVCHOST), sysmon(BEACON, 9000, pid=8, name=SVCHOST), BEACON],
        expect={"C1:originator": {"process_count": 2, "process_names": (SVCHOST,), "process_id": None}},
    ),
    Case(
        sentence="a port that comes back after the window belongs to whoever has it then",
        seen=[
            sysmon(BEACON),
            sysmon(BEACON, 300 * SECOND, pid=7, name=SVCHOST),
            BEACON,
            conn("C6", at=300 * SECOND),
        ],
        expect={"C1:originator": {"process_id": 4242}, "C6:originator": {"process_id": 7}},
    ),
    Case(
        sentence="two sensors that saw one flow make two events of one process",
        seen=[BEACON, replace(BEACON, uid="C7", ts=NOON + 3), sysmon(BEACON)],
        expect={
            "C1:originator": {"process_id": 4242},
            "C7:originator": {"process_id": 4242, "offset_ms": 97},
        },
    ),
    Case(
        sentence="a connection that Zeek split into two records has its process in both",
        seen=[sysmon(BEACON), BEACON, conn("C6", at=20 * SECOND)],
        expect={"C1:originator": {"process_id": 4242}, "C6:originator": {"process_id": 4242}},
    ),
    Case(
        sentence="what is delivered twice counts once",
        seen=[BEACON, sysmon(BEACON), sysmon(BEACON), BEACON, ELSEWHERE, ELSEWHERE],
        expect={"C1:originator": {"process_count": 1, "sources": ("sysmon",)}, "C9": {"reason": NO_AGENT}},
    ),
    Case(
        sentence="an unknown process has its id and no name",
        seen=[sysmon(BEACON, name=None), sysmon(BEACON, 150, name=None, escaped=True), BEACON],
        expect={
            "C1:originator": {
                "process_id": 4242,
                "process_name": None,
                "process_names": (),
                "process_count": 1,
            }
        },
    ),
    Case(
        sentence="a process that one sensor cannot name and the other can is one",
        seen=[sysmon(BEACON, name=None), osquery(BEACON), BEACON],
        expect={"C1:originator": {"process_id": 4242, "process_name": EXPLORER, "process_count": 1}},
    ),
    Case(
        sentence="a flow whose endpoint event has no process GUID is not lost",
        seen=[sysmon(BEACON, guid=None), BEACON],
        expect={"C1:originator": {"process_id": 4242, "process_guid": None}},
    ),
)
