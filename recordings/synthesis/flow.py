"""One made-up connection, and how connections are drawn up."""

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Final

from embedded.shipper.community_id import community_id, protocol_number
from recordings.synthesis.cast import CLIENT, START, Host, Process
from recordings.synthesis.chance import Chance, name_in_base62

BOTH: Final = frozenset({"sysmon", "osquery"})
_SEEN_BY_BOTH: Final = 0.80
_SEEN_BY_NEITHER: Final = 0.04
_PACKET: Final = 1400
_HEADERS: Final = {"tcp": 40, "udp": 28, "icmp": 28}


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A connection as it was, and which agents noticed. Times are seconds from START, sizes payload bytes."""

    start: float
    duration: float | None
    proto: str
    source: str
    source_port: int
    destination: str
    destination_port: int
    service: str = ""
    sent: int = 0
    received: int = 0
    state: str = "SF"
    history: str = "ShADadFf"
    originator: Process | None = None
    responder: Process | None = None
    seen_by: frozenset[str] = BOTH
    also: tuple[Process, ...] = ()
    """Further processes that share the originator's socket."""
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What Zeek's other logs say of it, by log."""

    @property
    def uid(self) -> str:
        """Zeek's name for it."""
        ends = f"{self.source}:{self.source_port}-{self.destination}:{self.destination_port}"
        return "C" + name_in_base62(f"{self.start}{self.proto}{ends}", 17)

    @property
    def community_id(self) -> str:
        """Everybody's name for it."""
        number = protocol_number(self.proto, self.source)
        assert number is not None  # noqa: S101 - the protocols here are ours
        return community_id(number, self.source, self.destination, self.source_port, self.destination_port)

    @property
    def ts(self) -> float:
        """When it began, in seconds since 1970."""
        return round(START + self.start, 6)

    def packets(self, size: int) -> int:
        """About how many packets carry so many bytes."""
        if not size and self.state in {"S0", "REJ"}:
            return 1
        return size // _PACKET + (4 if self.proto == "tcp" else 1)

    def ip_bytes(self, size: int) -> int:
        """The same with headers."""
        return size + self.packets(size) * _HEADERS[self.proto]


@dataclass
class Plan:
    """Where flows are drawn up: hands out ports, and decides which agents notice."""

    chance: Chance
    flows: list[Flow] = field(default_factory=list)
    _next_port: dict[str, int] = field(default_factory=dict)

    def tcp_port(self, host: Host) -> int:
        """Windows hands out TCP's dynamic ports in rising order."""
        port = self._next_port.get(host.address, 49_700) + self.chance.whole(1, 4)
        self._next_port[host.address] = port
        return port

    def udp_port(self) -> int:
        """The DNS client takes a random port for each question."""
        return self.chance.whole(50_000, 65_000)

    def noticed(self) -> frozenset[str]:
        """By which agents."""
        if self.chance.happens(_SEEN_BY_BOTH):
            return BOTH
        if self.chance.happens(_SEEN_BY_NEITHER / (1 - _SEEN_BY_BOTH)):
            return frozenset()
        return frozenset({self.chance.one_of(("sysmon", "osquery"))})

    def add(self, flow: Flow) -> Flow:
        """Take a flow into the plan."""
        self.flows.append(flow)
        return flow

    def tcp(self, start: float, process: Process | None, destination: str, port: int, **rest: Any) -> Flow:
        """A TCP connection from the process's host; from the client where no process is known."""
        host = rest.pop("host", None) or (process.host if process else CLIENT)
        return self.add(
            Flow(
                start=start,
                proto="tcp",
                source=rest.pop("source", host.address),
                source_port=rest.pop("source_port", None) or self.tcp_port(host),
                destination=destination,
                destination_port=port,
                originator=process,
                seen_by=rest.pop("seen_by") if "seen_by" in rest else self.noticed(),
                **rest,
            )
        )


def is_local(address: str) -> bool:
    """Whether Zeek would call it local: private networks are in its Site::local_nets."""
    return ipaddress.ip_address(address).is_private and not ipaddress.ip_address(address).is_multicast
