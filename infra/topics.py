"""The names of the lab's Kafka topics: the one home of each."""

from collections.abc import Mapping
from typing import Final

ZEEK_CONN: Final = "zeek-conn"
ZEEK_CONN_OPEN: Final = "zeek-conn_open"
SYSMON_NETWORK: Final = "sysmon-NetworkConnectInitiated"
SYSMON_PROCESS: Final = "sysmon-ProcessCreate"
OSQUERY_SOCKETS: Final = "osquery-win_socket_events"
OSQUERY_PROCESSES: Final = "osquery-processes"

ENRICHED: Final = "zeek-conn-enriched"
UNATTRIBUTED: Final = "zeek-conn-unattributed"
DETECTIONS: Final = "flow-detections"
MATCHES: Final = "CONN_MATCH"
"""Every pair of a flow and an endpoint event that the join found, before pairs become one enriched event."""
DEAD_LETTERS: Final = "dead-letters"

SYSMON_EVENTS: Final[Mapping[int, str]] = {
    1: "ProcessCreate",
    2: "FileCreateTime",
    3: "NetworkConnectInitiated",
    4: "SysmonServiceStateChange",
    5: "ProcessTerminate",
    6: "DriverLoad",
    7: "ImageLoad",
    8: "CreateRemoteThread",
    9: "RawAccessRead",
    10: "ProcessAccess",
    11: "FileCreate",
    12: "RegistryObjectAddedOrDeleted",
    13: "RegistryValueSet",
    14: "RegistryObjectRenamed",
    15: "FileCreateStreamHash",
    16: "SysmonConfigurationChange",
    17: "PipeCreated",
    18: "PipeConnected",
    19: "WmiEventFilter",
    20: "WmiEventConsumer",
    21: "WmiEventConsumerToFilter",
    22: "DnsQuery",
    23: "FileDelete",
    24: "ClipboardChange",
    25: "ProcessTampering",
    26: "FileDeleteDetected",
    27: "FileBlockExecutable",
    28: "FileBlockShredding",
    29: "FileExecutableDetected",
    255: "Error",
}
"""Sysmon's events by number, named after its documentation."""


def zeek(path: str) -> str:
    """The topic of Zeek's log stream `path`, for instance `dns` -> `zeek-dns`."""
    return f"zeek-{path}"


def sysmon(event_name: str) -> str:
    """The topic of a Sysmon event by its name, for instance `ProcessCreate`."""
    return f"sysmon-{event_name}"


def sysmon_event(number: int) -> str:
    """The topic of a Sysmon event by its number; one that is newer than this list is named by it."""
    return sysmon(SYSMON_EVENTS.get(number, str(number)))


def osquery(query_name: str) -> str:
    """The topic of the results of a scheduled Osquery query."""
    return f"osquery-{query_name}"
