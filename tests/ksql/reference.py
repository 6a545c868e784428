"""What attribution means: for what the sensors saw, what is to be known in the end. Slow and obvious on purpose.

The statements in ksql/ have to come to the same, in whatever order they learn it and however often. One thing depends
on the order: what a process's creation does not tell, and its row in the inventory does, is not known where that row
arrives after the match and its creation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from tests.ksql.seen import Conn, Created, Listed, Seen, Socket

WINDOW_MS: Final = 60_000
NEAR_MISS_MS: Final = 3_600_000
CERTAIN_MS: Final = 1_000
DAY_MS: Final = 86_400_000
WITHOUT_NETWORK_BUSINESS: Final = frozenset(
    [
        "calc",
        "calculator",
        "charmap",
        "csrss",
        "dwm",
        "explorer",
        "fontdrvhost",
        "magnify",
        "mspaint",
        "notepad",
        "osk",
        "smss",
        "wininit",
        "winlogon",
        "wordpad",
        "write",
    ]
)

EXAMPLES: Final = tuple(
    ip_network(network)
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
"""For documentation (RFC 5737, RFC 3849, RFC 9637): not routed, but what exercises call a public address."""


@dataclass(frozen=True, kw_only=True)
class Enriched:
    """What is known of one side of a flow. A field is None where it is unknown or processes do not agree."""

    uid: str
    side: str
    sources: tuple[str, ...]
    hostname: str
    process_id: int | None
    process_name: str | None
    process_guid: str | None
    username: str | None
    offset_ms: int
    process_count: int
    process_names: tuple[str, ...]
    parent_name: str | None
    command_line: str | None
    hashes: str | None
    open: bool
    duration_ms: int
    orig_bytes: int
    conn_state: str


@dataclass(frozen=True, kw_only=True)
class Unattributed:
    """Why a flow has no process; `offset_ms` is how far away the nearest endpoint event of its id was."""

    reason: str
    offset_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that is to be known: enriched events by EVENT_ID, unattributed flows by uid, detected events.

    `findings` are events with the ids of the rules that found something; the reference has but one rule, and does
    not tell them.
    """

    enriched: dict[str, Enriched]
    unattributed: dict[str, Unattributed]
    detected: frozenset[str]
    findings: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)


def attribute(seen: Iterable[Seen]) -> Known:
    """Join what was seen."""
    seen = list(seen)
    conns = [item for item in seen if isinstance(item, Conn)]
    sockets = [item for item in seen if isinstance(item, Socket) and item.community_id is not None]
    enriched: dict[str, Enriched] = {}
    unattributed: dict[str, Unattributed] = {}
    detected: set[str] = set()
    for uid in {conn.uid for conn in conns}:
        records = [conn for conn in conns if conn.uid == uid]
        matches = [socket for socket in sockets if _apart(records[0], socket) <= WINDOW_MS]
        if not matches:
            unattributed[uid] = _why(records[0], sockets)
        for side in {side_of(records[0], socket) for socket in matches}:
            here = [socket for socket in matches if side_of(records[0], socket) == side]
            enriched[f"{uid}:{side}"] = _enrich(records, side, here, seen)
            if any(is_suspicious(records[0], side, socket) for socket in here):
                detected.add(f"{uid}:{side}")
    return Known(enriched=enriched, unattributed=unattributed, detected=frozenset(detected))


def event_ms(socket: Socket) -> int:
    """Sysmon tells milliseconds, Osquery whole seconds."""
    return socket.ms if socket.source == "sysmon" else socket.ms // 1000 * 1000


def _apart(conn: Conn, socket: Socket) -> float:
    """How far apart the two are in milliseconds, if they are of one flow."""
    same = conn.community_id is not None and conn.community_id == socket.community_id
    return abs(event_ms(socket) - conn.ts) if same else float("inf")


def same_address(one: str, other: str) -> bool:
    """Whether two spellings name one address."""
    return ip_address(one) == ip_address(other)


def side_of(conn: Conn, socket: Socket) -> str:
    """Whose end of the flow the socket is: by address and port, else by a port that only one end has."""
    address, port = socket.local
    ends = {"originator": (conn.orig_h, conn.orig_p), "responder": (conn.resp_h, conn.resp_p)}
    exact = [side for side, (host, end) in ends.items() if end == port and same_address(host, address)]
    by_port = [side for side, (_, end) in ends.items() if end == port]
    if exact:
        return exact[0]
    return by_port[0] if len(by_port) == 1 else "unknown"


def file_of(name: str | None) -> str | None:
    """The file's name of an executable, in lower case."""
    return None if name is None else name.replace("\\", "/").rsplit("/", 1)[-1].lower()


def _preferred(sockets: Sequence[Socket], field: str) -> str | None:
    """The greatest value that Sysmon gives, else that any gives."""
    by_sysmon = [getattr(socket, field) for socket in sockets if socket.source == "sysmon"]
    return max(filter(None, by_sysmon), default=None) or max(
        filter(None, (getattr(socket, field) for socket in sockets)), default=None
    )


def _enrich(conns: Sequence[Conn], side: str, sockets: Sequence[Socket], seen: Sequence[Seen]) -> Enriched:
    last = max(conns, key=lambda conn: (conn.complete, conn.duration_ms, conn.conn_state))
    one = len({socket.pid for socket in sockets}) == 1
    named = {(socket.pid, file_of(socket.name)) for socket in sockets if socket.name is not None}
    only_unnamed = {socket.pid for socket in sockets} - {pid for pid, _ in named}
    names = {socket.name for socket in sockets if socket.name is not None}
    offsets = [event_ms(socket) - conns[0].ts for socket in sockets]
    parent, command_line, hashes = _context(sockets, seen) if one else (None, None, None)
    return Enriched(
        uid=last.uid,
        side=side,
        sources=tuple(sorted({socket.source for socket in sockets})),
        hostname=_preferred(sockets, "host") or "",
        process_id=sockets[0].pid if one else None,
        process_name=max(names) if len({file_of(name) for name in names}) == 1 else None,
        process_guid=_preferred(sockets, "guid") if one else None,
        username=_preferred(sockets, "user") if one else None,
        offset_ms=min(offsets, key=lambda offset: (abs(offset), offset < 0)),
        process_count=len(named) + len(only_unnamed),
        process_names=tuple(sorted(names)),
        parent_name=parent,
        command_line=command_line,
        hashes=hashes,
        open=not last.complete,
        duration_ms=max(conn.duration_ms for conn in conns),
        orig_bytes=max(conn.orig_bytes for conn in conns),
        conn_state=last.conn_state,
    )


def short(host: str) -> str:
    """A host's name without its domain, in lower case: Osquery and Sysmon name it differently."""
    return host.split(".", maxsplit=1)[0].lower()


def _context(sockets: Sequence[Socket], seen: Sequence[Seen]) -> tuple[str | None, str | None, str | None]:
    """Parent, command line and hashes: each from the creation event, else from the inventory."""
    guids = {socket.guid for socket in sockets}
    births = [item for item in seen if isinstance(item, Created) and item.guid in guids]
    rows = [
        row
        for row in seen
        if isinstance(row, Listed)
        for socket in sockets
        if (short(row.host), row.pid, file_of(row.path))
        == (short(socket.host), socket.pid, file_of(socket.name))
    ]
    born = [(birth.parent, birth.command_line, birth.hashes) for birth in births]
    listed = [(row.parent, row.command_line, row.sha256 and f"SHA256={row.sha256.upper()}") for row in rows]
    parent, command_line, hashes = (
        max(filter(None, (told[field] for told in born)), default=None)
        or max(filter(None, (told[field] for told in listed)), default=None)
        for field in range(3)
    )
    return parent, command_line, hashes


def _why(conn: Conn, sockets: Sequence[Socket]) -> Unattributed:
    near = [
        event_ms(socket) - conn.ts for socket in sockets if CERTAIN_MS < _apart(conn, socket) <= NEAR_MISS_MS
    ]
    if conn.community_id is None:
        return Unattributed(reason="no Community ID")
    if conn.proto not in {"tcp", "udp"}:
        return Unattributed(reason="protocol without sockets")
    if near:
        nearest = min(near, key=lambda offset: (abs(offset), offset < 0))
        return Unattributed(reason="endpoint event outside the window", offset_ms=nearest)
    if any(has_agent(address, conn.ts, sockets) for address in (conn.orig_h, conn.resp_h)):
        return Unattributed(reason="no endpoint event in the window")
    return Unattributed(reason="host without an agent")


def has_agent(address: str, ms: int, sockets: Iterable[Socket]) -> bool:
    """Whether an agent reported from this address, within a day of that day. A group's address has none."""
    if ip_address(address).is_multicast or address.endswith(".255"):
        return False
    return any(
        same_address(address, socket.local[0]) and abs(ms // DAY_MS - event_ms(socket) // DAY_MS) <= 1
        for socket in sockets
    )


def is_suspicious(conn: Conn, side: str, socket: Socket) -> bool:
    """A process without business on the network talks to a public address."""
    if side == "unknown":
        return False
    peer = ip_address(conn.resp_h if side == "originator" else conn.orig_h)
    stem = (file_of(socket.name) or "").removesuffix(".exe")
    return stem in WITHOUT_NETWORK_BUSINESS and is_public(peer)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the Internet routes it (IANA's special-purpose address registries). Examples stand for what they show."""
    return any(address in network for network in EXAMPLES) or (address.is_global and not address.is_multicast)
