"""What the sensors see in the cases: connections of a client at noon, and the sockets of its processes."""

from dataclasses import replace
from typing import Any, Final

from tests.ksql.seen import Conn, Socket
from tests.ksql.strategies import NOON, community_id

EXPLORER: Final = "C:\\Windows\\explorer.exe"
SVCHOST: Final = "C:\\Windows\\System32\\svchost.exe"
SECOND: Final = 1000
HOUR: Final = 3_600_000

NO_ID: Final = "no Community ID"
NO_SOCKETS: Final = "protocol without sockets"
OUTSIDE: Final = "endpoint event outside the window"
NO_EVENT: Final = "no endpoint event in the window"
NO_AGENT: Final = "host without an agent"


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
