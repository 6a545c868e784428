"""The names of the lab's Kafka topics: the one home of each."""

from typing import Final

ZEEK_CONN: Final = "zeek-conn"
SYSMON_NETWORK: Final = "sysmon-NetworkConnectInitiated"
SYSMON_PROCESS: Final = "sysmon-ProcessCreate"
OSQUERY_SOCKETS: Final = "osquery-win_socket_events"
OSQUERY_PROCESSES: Final = "osquery-processes"

ENRICHED: Final = "zeek-conn-enriched"
UNATTRIBUTED: Final = "zeek-conn-unattributed"
DETECTIONS: Final = "flow-detections"
DEAD_LETTERS: Final = "dead-letters"


def zeek(path: str) -> str:
    """The topic of Zeek's log stream `path`, for instance `dns` -> `zeek-dns`."""
    return f"zeek-{path}"


def sysmon(event_name: str) -> str:
    """The topic of a Sysmon event by its name, for instance `ProcessCreate`."""
    return f"sysmon-{event_name}"


def osquery(query_name: str) -> str:
    """The topic of the results of a scheduled Osquery query."""
    return f"osquery-{query_name}"
