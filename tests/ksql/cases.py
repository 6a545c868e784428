"""Cases of attribution: each is a sentence of the manual, with what is seen and what has to be known in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.ksql.seen import Conn, Created, Listed, Seen, Socket
from tests.ksql.strategies import MIDNIGHT, NOON, community_id

EXPLORER: Final = "C:\\Windows\\explorer.exe"
SVCHOST: Final = "C:\\Windows\\System32\\svchost.exe"
SECOND: Final = 1000
HOUR: Final = 3_600_000

NO_ID: Final = "no Community ID"
NO_SOCKETS: Final = "protocol without sockets"
OUTSIDE: Final = "endpoint event outside the window"
NO_EVENT: Final = "no endpoint event in the window"
NO_AGENT: Final = "host without an agent"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`expect` names the fields that matter, by EVENT_ID (`uid:side`) or, for a flow without a process, by uid."""

    sentence: str
    seen: Sequence[Seen]
    expect: Mapping[str, Mapping[str, Any]]
    lasts_days: bool = False
    """Whether it lasts longer than the grace, so that what happens at the same time would be too late."""


def conn(uid: str = "C1", at: int = 0, **fields: Any) -> Conn:
    """A client's connection that began `at` milliseconds after noon."""
    base = Conn(
        uid=uid,
        ts=NOON + at,
        orig_h="10.0.0.5",
        orig_p=50_000,
        resp_h="139.59.1.2",
        resp_p=443,
        community_id="",
        duration_ms=SECOND,
    )
    given = replace(base, **fields)
    if given.community_id is None:
        return given
    flow = (given.proto, (given.orig_h, given.orig_p), (given.resp_h, given.resp_p))
    return replace(given, community_id=community_id(flow))


def sysmon(of: Conn, at: int = 100, *, end: str = "originator", **fields: Any) -> Socket:
    """Sysmon at one end of a connection reports explorer.exe, `at` milliseconds after the connection began."""
    orig, resp = (of.orig_h, of.orig_p), (of.resp_h, of.resp_p)
    local, remote = (orig, resp) if end == "originator" else (resp, orig)
    base = Socket(
        source="sysmon",
        ms=of.ts + at,
        host="WIN10.lab.example",
        pid=4242,
        name=EXPLORER,
        local=local,
        remote=remote,
        community_id=of.community_id,
        proto=of.proto,
        initiated=end == "originator",
        guid="{explorer}",
        user="LAB\\bob",
    )
    return replace(base, **fields)


def osquery(of: Conn, at: int = 0, **fields: Any) -> Socket:
    """Osquery reports the same, with its own kind of id, without the user, in whole seconds."""
    return sysmon(of, at, **{"source": "osquery", "host": "WIN10", "guid": "EID-1", "user": None, **fields})


BEACON: Final = conn()
OPEN: Final = replace(BEACON, complete=False, duration_ms=5 * SECOND, orig_bytes=10, conn_state="S1")
INTERNAL: Final = conn("C2", resp_h="10.0.0.9", resp_p=445)
DNS: Final = conn("C3", resp_h="10.0.0.9", resp_p=53, proto="udp")
MULTICAST: Final = conn("C4", orig_p=5353, resp_h="224.0.0.251", resp_p=5353, proto="udp")
IPV6: Final = conn("C5", orig_h="fe80::77:5", orig_p=5353, resp_h="2a00:1450:77::", resp_p=5353, proto="udp")
ELSEWHERE: Final = conn("C9", orig_h="10.0.0.77", resp_h="139.59.9.9")

CASES: Final = (
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
    Case(
        sentence="the two ends of a flow have a process each",
        seen=[
            sysmon(INTERNAL, 100, pid=4, name="System"),
            sysmon(INTERNAL, 200, end="responder", host="DC.lab.example", pid=4, name="System"),
            INTERNAL,
        ],
        expect={
            "C2:originator": {"hostname": "WIN10.lab.example", "offset_ms": 100, "process_count": 1},
            "C2:responder": {"hostname": "DC.lab.example", "offset_ms": 200, "process_count": 1},
        },
    ),
    Case(
        sentence="a server's answer over UDP, which Sysmon tells with the server as source, is the responder's",
        seen=[
            sysmon(DNS, end="responder", host="DC.lab.example", name="C:\\Windows\\System32\\dns.exe"),
            DNS,
        ],
        expect={"C3:responder": {"hostname": "DC.lab.example"}},
    ),
    Case(
        sentence="who receives a multicast is its responder, on whichever host",
        seen=[
            sysmon(MULTICAST),
            sysmon(MULTICAST, 150, end="responder", host="DC.lab.example", pid=9),
            MULTICAST,
        ],
        expect={"C4:originator": {"process_id": 4242}, "C4:responder": {"hostname": "DC.lab.example"}},
    ),
    Case(
        sentence="Sysmon's spelling of IPv6 names the same end as Zeek's",
        seen=[
            sysmon(IPV6, local=("fe80:0:0:0:0:0:77:5", 5353), remote=("2a00:1450:77:0:0:0:0:0", 5353)),
            IPV6,
        ],
        expect={"C5:originator": {"process_id": 4242}},
    ),
    Case(
        sentence="where an old Sysmon has written IPv4 as IPv6, the port tells the end",
        seen=[sysmon(DNS, local=("a00:5:0:0:8c2b:51e9:0:0", 50_000)), DNS],
        expect={"C3:originator": {"process_id": 4242}},
    ),
    Case(
        sentence="where neither address nor port tells the end, the side is unknown and the flow not lost",
        seen=[sysmon(MULTICAST, local=("a00:5:0:0:8c2b:51e9:0:0", 5353)), MULTICAST],
        expect={"C4:unknown": {"process_id": 4242}},
    ),
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
    Case(
        sentence="a flow without a Community ID is told so",
        seen=[sysmon(BEACON), conn(community_id=None)],
        expect={"C1": {"reason": NO_ID, "offset_ms": None}},
    ),
    Case(
        sentence="ICMP has no sockets",
        seen=[conn("C1", proto="icmp", orig_p=8, resp_p=0)],
        expect={"C1": {"reason": NO_SOCKETS}},
    ),
    Case(
        sentence="a flow of a host that has an agent, which did not report it",
        seen=[sysmon(conn("C8", orig_p=50_001)), conn("C8", orig_p=50_001), BEACON],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}},
    ),
    Case(
        sentence="an agent counts for the next day as well, and for no longer",
        seen=[
            sysmon(conn("C8", orig_p=50_001)),
            conn("C8", orig_p=50_001),
            replace(BEACON, ts=MIDNIGHT),
            replace(BEACON, uid="C6", ts=MIDNIGHT + 24 * HOUR),
        ],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}, "C6": {"reason": NO_AGENT}},
        lasts_days=True,
    ),
    Case(
        sentence="an agent is heard of after the flow",
        seen=[BEACON, sysmon(conn("C8", orig_p=50_001)), conn("C8", orig_p=50_001)],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}},
    ),
    Case(
        sentence="a flow between hosts without agents",
        seen=[sysmon(BEACON), BEACON, ELSEWHERE],
        expect={"C1:originator": {}, "C9": {"reason": NO_AGENT}},
    ),
)
