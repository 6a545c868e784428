"""Which end of a flow an endpoint event is about."""

from typing import Final

from tests.ksql.cases.case import Case
from tests.ksql.witnessed import DNS, INTERNAL, IPV6, MULTICAST, sysmon

SIDES: Final = (
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
)
