"""One line of a sensor on its way to Kafka, and what the shipper has to know about it."""

from enum import Enum
from typing import Final, NamedTuple

_LAST_SYSTEM_PORT: Final = 1023
"""IANA, Service Name and Transport Protocol Port Number Registry."""


class Role(Enum):
    """What a record is to the attribution."""

    FLOW = "flow"
    """A connection as Zeek logged it."""
    ENDPOINT = "endpoint"
    """A process that was seen to use a socket."""
    CONTEXT = "context"
    """Everything else: names, certificates, process creations, inventories."""


class Form(Enum):
    """Whose shape a line has; it decides which of its fields carry event time."""

    ZEEK = "zeek"
    WINLOGBEAT = "winlogbeat"
    OSQUERY = "osquery"


class Record(NamedTuple):
    """A line that will be a Kafka record's value. Times are seconds since 1970 by its own machine's clock."""

    topic: str
    key: str
    """The sensor or host that wrote the line."""
    line: bytes
    form: Form
    role: Role
    time: float
    """When it happened: event time."""
    arrival: float
    """When its sensor could write it: for a connection, when it ended."""
    resolution: float = 0.0
    """The step of the clock reading, in seconds: Osquery writes whole seconds."""
    community_id: str | None = None
    sign: str = ""
    """Tells it from others of its role: a connection's uid; of an endpoint event who used which socket."""
    distinctive: bool = False
    """Whether its five-tuple has a port picked for this one flow, so that a chance repetition is unlikely."""


class DeadLetter(NamedTuple):
    """A line that cannot be shipped, why, and where it stood: a file, and the line's number from 1."""

    source: str
    number: int
    reason: str
    line: bytes


class UnreadableError(ValueError):
    """A line that is not what its sensor writes; the message is the reason in its dead letter."""


def is_distinctive(one_port: int, other_port: int) -> bool:
    """Whether one end's port was picked for the flow: NetBIOS's 137 to 137 comes back every day."""
    return one_port != other_port and max(one_port, other_port) > _LAST_SYSTEM_PORT
