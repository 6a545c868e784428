"""Generates what sensors may see: few hosts, ports and moments, so that whatever can collide does."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

import communityid
from hypothesis import strategies as st

from tests.ksql.seen import Conn, Created, Listed, Seen, Socket, Source

NOON: Final = 1_760_011_200_000
"""2025-10-09 12:00 UTC. All that is seen lies about here or, for what depends on days, about the next midnight."""
MIDNIGHT: Final = NOON + 43_200_000

WRITTEN_OUT: Final = {
    "fe80::77:5": "fe80:0:0:0:0:0:77:5",
    "fe80::1:0:77:9": "fe80:0:0:0:1:0:77:9",
    "2a00:1450:77::": "2a00:1450:77:0:0:0:0:0",
}
"""IPv6 as Zeek writes it, and as Sysmon does."""
AS_IPV6: Final = "a00:9:0:0:8c2b:51e9:0:0"
"""10.0.0.9 as an old Sysmon writes it for UDP."""

HOSTS: Final = {"10.0.0.5": "WIN10", "fe80::77:5": "WIN10", "10.0.0.9": "DC", "fe80::1:0:77:9": "DC"}
ELSEWHERE: Final = "SRV"
IPV4: Final = ("10.0.0.5", "10.0.0.9", "139.59.1.2", "224.0.0.251")
IPV6: Final = tuple(WRITTEN_OUT)
PROCESSES: Final = (
    (4242, "C:\\Windows\\explorer.exe"),
    (4242, "C:\\Windows\\notepad.exe"),
    (900, "C:\\Windows\\System32\\svchost.exe"),
    (901, "C:\\Windows\\System32\\svchost.exe"),
    (4, None),
    (4242, None),
)
PROTOCOL_NUMBERS: Final = {"tcp": 6, "udp": 17, "icmp": 1}

End = tuple[str, int]
Flow = tuple[str, End, End]
"""Protocol, originator, responder."""

APART: Final = st.sampled_from(
    [
        0,
        0,
        1,
        -350,
        999,
        30_000,
        59_999,
        60_000,
        60_001,
        -60_000,
        -60_001,
        90_000,
        3_600_000,
        3_600_001,
        -3_600_001,
    ]
)
"""How far from the moment in question, in milliseconds: within the window, at its edges, and beyond."""


@cache
def community_id(flow: Flow) -> str:
    """The Community ID of a flow, with the default seed (Community ID specification 1.0)."""
    proto, orig, resp = flow
    library: Any = communityid
    return str(
        library.CommunityID().calc(
            library.FlowTuple(PROTOCOL_NUMBERS[proto], orig[0], resp[0], orig[1], resp[1])
        )
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A flow between two of the addresses."""
    proto = draw(st.sampled_from(["tcp", "tcp", "udp", "udp", "icmp"]))
    addresses = IPV4 if proto == "icmp" else draw(st.sampled_from([IPV4, IPV4, IPV6]))
    orig = draw(st.sampled_from(addresses))
    resp = draw(st.sampled_from([address for address in addresses if address != orig]))
    ports = (8, 0) if proto == "icmp" else draw(st.sampled_from([(50_000, 443), (50_000, 443), (5353, 5353)]))
    return proto, (orig, ports[0]), (resp, ports[1])


@st.composite
def conns(draw: st.DrawFn, flow: Flow, uid: str, moment: int) -> list[Conn]:
    """The records of one connection: perhaps some while it lives, and perhaps one when it has ended."""
    proto, orig, resp = flow
    ended = Conn(
        uid=uid,
        ts=moment + draw(APART),
        orig_h=orig[0],
        orig_p=orig[1],
        resp_h=resp[0],
        resp_p=resp[1],
        proto=proto,
        community_id=draw(st.sampled_from([community_id(flow)] * 7 + [None])),
        duration_ms=draw(st.sampled_from([0, 5, 9000, 7_200_000])),
        orig_bytes=500,
        conn_state=draw(st.sampled_from(["SF", "RSTO", "S0"])),
    )
    living = [
        replace(ended, complete=False, duration_ms=duration, orig_bytes=sent, conn_state="S1")
        for duration, sent in ((1, 10), (4, 20))
        if draw(st.booleans())
    ]
    return [*living, ended] if not living or draw(st.booleans()) else living


def spelled(end: End, source: Source, *, as_ipv6: bool) -> End:
    """An end as the agent writes it."""
    address, port = end
    if source == "sysmon":
        address = AS_IPV6 if as_ipv6 and address == "10.0.0.9" else WRITTEN_OUT.get(address, address)
    return address, port


@st.composite
def sockets(draw: st.DrawFn, flow: Flow, moment: int) -> Socket:
    """The agent at one end reports a process that used the flow."""
    proto, orig, resp = flow
    local, remote = (orig, resp) if draw(st.booleans()) else (resp, orig)
    source: Source = draw(st.sampled_from(["sysmon", "osquery"]))
    pid, name = draw(st.sampled_from(PROCESSES))
    host = HOSTS.get(local[0], ELSEWHERE)
    as_ipv6 = draw(st.booleans())
    return Socket(
        source=source,
        ms=moment + draw(APART),
        host=f"{host}.lab.example" if source == "sysmon" else host,
        pid=pid,
        name=name,
        local=spelled(local, source, as_ipv6=as_ipv6),
        remote=spelled(remote, source, as_ipv6=as_ipv6),
        community_id=draw(st.sampled_from([community_id(flow)] * 7 + [None])),
        proto=proto,
        initiated=local == orig,
        guid=draw(st.sampled_from([f"{{{host}-{pid}}}", None])) if source == "sysmon" else f"EID-{pid}",
        user=draw(st.sampled_from(["LAB\\bob", None])),
        escaped=draw(st.booleans()),
    )


SVCHOST: Final = "C:\\Windows\\System32\\svchost.exe"
CONTEXTS: Final[st.SearchStrategy[list[Created | Listed]]] = st.lists(
    st.sampled_from(
        (
            Created(
                ms=NOON - 9000,
                host="WIN10.lab.example",
                guid="{WIN10-4242}",
                command_line="explorer",
                parent="userinit",
            ),
            Listed(
                ms=NOON,
                host="WIN10",
                pid=4242,
                path="C:\\Windows\\explorer.exe",
                command_line="listed explorer",
            ),
            Created(
                ms=MIDNIGHT,
                host="DC.lab.example",
                guid="{DC-900}",
                command_line="svchost -k a",
                hashes="SHA256=AB",
            ),
            Listed(
                ms=NOON, host="dc", pid=901, path=SVCHOST, command_line="svchost -k b", parent="services.exe"
            ),
            Listed(
                ms=NOON,
                host="SRV",
                pid=4242,
                path="C:\\Windows\\Explorer.exe",
                command_line="listed",
                sha256="cd",
            ),
        )
    ),
    unique=True,
)
"""What becomes known of processes. No inventory knows what a creation does not tell: whether that is told depends on what
comes first."""


@st.composite
def happenings(draw: st.DrawFn) -> list[Seen]:
    """What is seen, in any order of arrival, some of it twice."""
    seen: list[Seen] = [*draw(CONTEXTS)]
    for number in range(draw(st.integers(1, 3))):
        flow = draw(flows())
        moment = draw(st.sampled_from([NOON, NOON, MIDNIGHT]))
        for turn in range(draw(st.integers(0, 3))):
            seen += draw(conns(flow, f"C{number}{turn}", moment))
        if flow[0] != "icmp":
            seen += draw(st.lists(sockets(flow, moment), max_size=4))
    again = draw(st.lists(st.sampled_from(seen), max_size=3)) if seen else []
    return draw(st.permutations([*seen, *again]))
