"""What the sensors saw, in a test: connections, sockets, processes. Times are milliseconds since 1970."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["sysmon", "osquery"]


@dataclass(frozen=True, kw_only=True)
class Conn:
    """One record that Zeek wrote of a connection: while it lived, or when it had ended (`complete`)."""

    uid: str
    ts: int
    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int
    community_id: str | None
    proto: str = "tcp"
    complete: bool = True
    duration_ms: int = 0
    orig_bytes: int = 0
    conn_state: str = "SF"


@dataclass(frozen=True, kw_only=True)
class Socket:
    """A process used a socket of its host, as an agent there reported it."""

    source: Source
    ms: int
    host: str
    pid: int
    name: str | None
    """None where Sysmon knows none: it then writes `<unknown process>`."""
    local: tuple[str, int]
    remote: tuple[str, int]
    community_id: str | None
    proto: str = "tcp"
    initiated: bool = True
    """Whether the local end began: of TCP, that is the flow's originator."""
    guid: str | None = None
    user: str | None = None
    escaped: bool = False
    """Whether `<unknown process>` comes as `&lt;unknown process&gt;`."""


@dataclass(frozen=True, kw_only=True)
class Created:
    """Sysmon event 1: the birth of a process."""

    ms: int
    host: str
    guid: str
    command_line: str | None
    hashes: str | None = None
    parent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of the inventory that Osquery takes of a host's processes."""

    ms: int
    host: str
    pid: int
    path: str
    command_line: str
    parent: str | None = None
    sha256: str | None = None


Seen = Conn | Socket | Created | Listed
