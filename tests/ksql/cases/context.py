"""What is known of a process beside its name."""

from typing import Final

from tests.ksql.cases.case import Case
from tests.ksql.seen import Created, Listed
from tests.ksql.strategies import NOON
from tests.ksql.witnessed import BEACON, EXPLORER, SVCHOST, sysmon

CONTEXT: Final = (
    Case(
        sentence="parent, command line and hashes come from the creation of the process",
        seen=[
            Created(
                ms=NOON,
                host="WIN10.lab.example",
                guid="{explorer}",
                command_line="explorer",
                parent="userinit.exe",
                hashes="MD5=A",
            ),
            Listed(ms=NOON, host="WIN10", pid=4242, path=EXPLORER, command_line="listed"),
            sysmon(BEACON),
            BEACON,
        ],
        expect={
            "C1:originator": {"parent_name": "userinit.exe", "command_line": "explorer", "hashes": "MD5=A"}
        },
    ),
    Case(
        sentence="they come from the creation also where it arrives last, and the inventory before the flow",
        seen=[
            Listed(ms=NOON, host="WIN10", pid=4242, path=EXPLORER, command_line="listed"),
            sysmon(BEACON),
            BEACON,
            Created(
                ms=NOON,
                host="WIN10.lab.example",
                guid="{explorer}",
                command_line="explorer",
                parent="userinit.exe",
                hashes="MD5=A",
            ),
        ],
        expect={
            "C1:originator": {"parent_name": "userinit.exe", "command_line": "explorer", "hashes": "MD5=A"}
        },
    ),
    Case(
        sentence="or else from the inventory of its host",
        seen=[
            Listed(
                ms=NOON,
                host="win10",
                pid=4242,
                path=EXPLORER.upper(),
                command_line="listed",
                parent="userinit.exe",
                sha256="ab",
            ),
            sysmon(BEACON),
            BEACON,
        ],
        expect={
            "C1:originator": {"parent_name": "userinit.exe", "command_line": "listed", "hashes": "SHA256=AB"}
        },
    ),
    Case(
        sentence="but not from a process that had the id before",
        seen=[
            Listed(ms=NOON, host="WIN10", pid=4242, path=SVCHOST, command_line="svchost -k"),
            sysmon(BEACON),
            BEACON,
        ],
        expect={"C1:originator": {"command_line": None, "parent_name": None, "hashes": None}},
    ),
)
