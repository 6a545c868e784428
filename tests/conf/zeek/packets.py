"""Packets that were never sent: what a sensor sees of connections that are short, long, old, reused or unanswered."""

import importlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

dpkt: Any = importlib.import_module("dpkt")  # it has no types

BEGIN: Final = 1_791_964_800
"""When the capture begins: 2026-10-14 08:00 UTC, in seconds since 1970."""
SYN, ACK, PUSH, FIN = dpkt.tcp.TH_SYN, dpkt.tcp.TH_ACK, dpkt.tcp.TH_PUSH, dpkt.tcp.TH_FIN
END: Final = 950
"""When the capture ends, in seconds from its beginning."""

Packet = tuple[float, bytes]
"""Seconds from the beginning of the capture, and the Ethernet frame."""


@dataclass(frozen=True)
class Ends:
    """Who speaks first, and who answers: address and port (of an echo: identifier and nothing)."""

    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int

    def frame(self, kind: int, payload: Any, *, back: bool = False) -> bytes:
        """A frame of this IP protocol, from the one end or `back` from the other."""
        source, destination = (self.resp_h, self.orig_h) if back else (self.orig_h, self.resp_h)
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        src, dst = socket.inet_pton(family, source), socket.inet_pton(family, destination)
        if family == socket.AF_INET:
            ip = dpkt.ip.IP(src=src, dst=dst, p=kind, data=payload)
            return bytes(dpkt.ethernet.Ethernet(src=b"\x02" * 6, dst=b"\x04" * 6, data=ip))
        ip6 = dpkt.ip6.IP6(src=src, dst=dst, nxt=kind, hlim=64, plen=len(payload), data=payload)
        ip6.extension_hdrs, ip6.all_extension_headers = {}, []
        kind6 = dpkt.ethernet.ETH_TYPE_IP6
        return bytes(dpkt.ethernet.Ethernet(src=b"\x02" * 6, dst=b"\x04" * 6, type=kind6, data=ip6))

    def ports(self, back: bool) -> dict[str, int]:
        """Source and destination port of a packet."""
        source, destination = (self.resp_p, self.orig_p) if back else (self.orig_p, self.resp_p)
        return {"sport": source, "dport": destination}


BEACON: Final = Ends("10.20.0.11", 50_001, "139.59.80.1", 443)
BRIEF: Final = Ends("10.20.0.11", 50_002, "198.51.100.20", 80)
QUESTION: Final = Ends("10.20.0.11", 53_001, "10.20.0.2", 53)
CALL: Final = Ends("10.20.0.11", 50_003, "198.51.100.30", 3478)
ECHO: Final = Ends("10.20.0.11", 7, "198.51.100.40", 0)
IPV6: Final = Ends("2001:db8:20::11", 50_004, "2001:db8:30::1", 443)
OLDER: Final = Ends("10.20.0.12", 50_005, "198.51.100.50", 443)
REUSED: Final = Ends("10.20.0.12", 50_006, "198.51.100.60", 443)
UNANSWERED: Final = Ends("10.20.0.12", 50_007, "198.51.100.70", 443)


def handshake(ends: Ends, at: float) -> Iterator[Packet]:
    """The three packets with which a TCP connection begins."""
    yield at, _tcp(ends, SYN, 0, 0)
    yield at + 0.02, _tcp(ends, SYN | ACK, 0, 1, back=True)
    yield at + 0.04, _tcp(ends, ACK, 1, 1)


def talk(ends: Ends, times: range, *, first: int = 0) -> Iterator[Packet]:
    """100 bytes there and 200 back at each of these times; of a connection in which `first` such went before."""
    for number, at in enumerate(times, first):
        yield at, _tcp(ends, PUSH | ACK, 1 + 100 * number, 1 + 200 * number, b"q" * 100)
        yield at + 0.03, _tcp(ends, PUSH | ACK, 1 + 200 * number, 101 + 100 * number, b"a" * 200, back=True)


def parting(ends: Ends, at: float, turns: int) -> Iterator[Packet]:
    """Both ends close, after so many turns of talk."""
    there, back = 1 + 100 * turns, 1 + 200 * turns
    yield at, _tcp(ends, FIN | ACK, there, back)
    yield at + 0.02, _tcp(ends, FIN | ACK, back, there + 1, back=True)
    yield at + 0.04, _tcp(ends, ACK, there + 1, back + 1)


def _tcp(ends: Ends, flags: int, seq: int, ack: int, data: bytes = b"", *, back: bool = False) -> bytes:
    bases = (3_000_000, 7_000_000)
    own, other = reversed(bases) if back else bases
    answered = other + ack if flags & ACK else 0
    segment = dpkt.tcp.TCP(flags=flags, seq=own + seq, ack=answered, data=data, **ends.ports(back))
    return ends.frame(dpkt.ip.IP_PROTO_TCP, segment, back=back)


def _udp(ends: Ends, data: bytes, *, back: bool = False) -> bytes:
    datagram = dpkt.udp.UDP(data=data, **ends.ports(back))
    datagram.ulen = len(datagram)
    return ends.frame(dpkt.ip.IP_PROTO_UDP, datagram, back=back)


def _echo(ends: Ends, kind: int, *, back: bool = False) -> bytes:
    body = dpkt.icmp.ICMP.Echo(id=ends.orig_p, seq=1, data=b"ping")
    return ends.frame(dpkt.ip.IP_PROTO_ICMP, dpkt.icmp.ICMP(type=kind, data=body), back=back)


def brief() -> Iterator[Packet]:
    """A page is fetched, within half a second."""
    there = b"GET / HTTP/1.1\r\nHost: intranet.lab.example\r\n\r\n"
    back = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
    yield from handshake(BRIEF, 10)
    yield 10.10, _tcp(BRIEF, PUSH | ACK, 1, 1, there)
    yield 10.20, _tcp(BRIEF, PUSH | ACK, 1, 1 + len(there), back, back=True)
    yield 10.30, _tcp(BRIEF, FIN | ACK, 1 + len(there), 1 + len(back))
    yield 10.32, _tcp(BRIEF, FIN | ACK, 1 + len(back), 2 + len(there), back=True)
    yield 10.34, _tcp(BRIEF, ACK, 2 + len(there), 2 + len(back))


def question() -> Iterator[Packet]:
    """A name is asked for, and the answer comes at once."""
    asked = dpkt.dns.DNS(id=7, qd=[dpkt.dns.DNS.Q(name="intranet.lab.example", type=dpkt.dns.DNS_A)])
    answered = dpkt.dns.DNS(
        id=7,
        qr=1,
        qd=asked.qd,
        an=[
            dpkt.dns.DNS.RR(
                name="intranet.lab.example", type=dpkt.dns.DNS_A, ttl=60, ip=bytes((10, 20, 0, 3))
            )
        ],
    )
    yield 20.0, _udp(QUESTION, bytes(asked))
    yield 20.01, _udp(QUESTION, bytes(answered), back=True)


def call() -> Iterator[Packet]:
    """Datagrams both ways, twice a second for half a minute."""
    for turn in range(60):
        yield 30 + turn / 2, _udp(CALL, b"\x80" + b"m" * 99)
        yield 30.01 + turn / 2, _udp(CALL, b"\x80" + b"m" * 99, back=True)


def packets() -> list[Packet]:
    """All of them, in the order in which the sensor sees them."""
    every = [
        *handshake(BEACON, 0),
        *talk(BEACON, range(60, 901, 60)),
        *parting(BEACON, 910, 15),
        *brief(),
        *question(),
        *call(),
        (40.0, _echo(ECHO, dpkt.icmp.ICMP_ECHO)),
        (40.02, _echo(ECHO, dpkt.icmp.ICMP_ECHOREPLY, back=True)),
        *handshake(IPV6, 100),
        *talk(IPV6, range(110, 500, 30)),
        *parting(IPV6, 500, 13),
        # it had 40 turns before there was a sensor, and is still there at the end
        *talk(OLDER, range(5, END, 45), first=40),
        *handshake(REUSED, 100),
        *talk(REUSED, range(101, 104)),
        *parting(REUSED, 104, 3),
        *handshake(REUSED, 200),
        *talk(REUSED, range(210, 620, 30)),
        *parting(REUSED, 620, 14),
        (50.0, _tcp(UNANSWERED, SYN, 0, 0)),
        (51.0, _tcp(UNANSWERED, SYN, 0, 0)),
    ]
    return sorted(every, key=lambda packet: packet[0])


def write(path: Path) -> None:
    """The packets as a capture."""
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file, nano=False)
        for at, frame in packets():
            writer.writepkt(frame, ts=BEGIN + at)
