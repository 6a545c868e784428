"""The Community ID of a flow, as Zeek, Osquery and Winlogbeat compute it.

Source: Community ID Flow Hashing specification, version 1, seed 0. The library `communityid` has the tables
that map an ICMP type to its counterpart; its own calculation is an order of magnitude too slow for a
replay, so the few lines of hashing are here, and a test holds them against the library and the
specification's vectors.
"""

import base64
import hashlib
import socket
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from communityid import icmp, icmp6

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMP6: Final = 58
SCTP: Final = 132

PROTOCOLS: Final = {"icmp": ICMP, "tcp": TCP, "udp": UDP, "icmp6": ICMP6, "ipv6-icmp": ICMP6, "sctp": SCTP}
"""Protocol numbers by the names that sensors write, and IANA's."""

_WITH_PORTS: Final = frozenset({ICMP, TCP, UDP, ICMP6, SCTP})
_HIGHEST_PORT: Final = 0xFFFF
_TYPE_TABLES: Final[Mapping[int, Callable[[int, int], tuple[int, int, bool]]]] = {
    ICMP: icmp.get_port_equivalents,
    ICMP6: icmp6.get_port_equivalents,
}


def protocol_number(name: str, address: str) -> int | None:
    """The IP protocol number by name or number; Zeek says `icmp` for ICMPv6 too: the address tells."""
    folded = name.strip().lower()
    if folded.isdecimal():
        return int(folded)
    if folded == "icmp" and ":" in address:
        return ICMP6
    return PROTOCOLS.get(folded)


@lru_cache(maxsize=65_536)
def _packed(address: str) -> bytes:
    """The address in network byte order, whatever its spelling; an IPv6 zone is left out."""
    try:
        if ":" in address:
            return socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return socket.inet_pton(socket.AF_INET, address)
    except OSError as error:
        raise ValueError(f"{address!r} is not an IP address") from error


def community_id(
    protocol: int, source: str, destination: str, source_port: int, destination_port: int
) -> str:
    """The Community ID of the flow between two ends, the same whichever is called the source.

    Args:
        protocol: IP protocol number.
        source: address of one end, any spelling of IPv4 or IPv6.
        destination: address of the other end.
        source_port: its port; for ICMP the message type.
        destination_port: its port; for ICMP the message code.

    Raises:
        ValueError: an address is not one, the two are of different families, or a port is out of range.
    """
    one, other = _packed(source), _packed(destination)
    if len(one) != len(other):
        raise ValueError(f"{source} and {destination} are of different address families")
    if not (0 <= source_port <= _HIGHEST_PORT and 0 <= destination_port <= _HIGHEST_PORT):
        raise ValueError(f"port {source_port} or {destination_port} is out of range")
    one_way = False
    if protocol in _TYPE_TABLES:
        source_port, destination_port, one_way = _TYPE_TABLES[protocol](source_port, destination_port)
    if not one_way and (one, source_port) > (other, destination_port):
        one, other, source_port, destination_port = other, one, destination_port, source_port
    hashed = b"\0\0" + one + other + bytes((protocol, 0))
    if protocol in _WITH_PORTS:
        hashed += source_port.to_bytes(2, "big") + destination_port.to_bytes(2, "big")
    return "1:" + base64.b64encode(hashlib.sha1(hashed, usedforsecurity=False).digest()).decode()
