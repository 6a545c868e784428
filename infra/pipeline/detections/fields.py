"""What rules may ask about: for each log source, the fields and what they are in SQL.

Names are those of Sigma's taxonomy for Sysmon's network connections where it has one (Sigma specification,
appendix taxonomy; Sysmon events 3 and 1), and Zeek's own for what Zeek alone knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sigma_ksql import Column

CONTEXT: Final = frozenset({"ParentImage", "CommandLine", "Hashes"})
"""What is known of a process by its creation or the inventory, which may arrive after the flow."""


@dataclass(frozen=True)
class Source:
    """A stream that rules are asked about, and what it writes into flow_finding beside the finding."""

    stream: str
    columns: Mapping[str, Column]
    found: str


_PROCESS: Final = {
    "Computer": Column("hostname"),
    "User": Column("username"),
    "Image": Column("process_name"),
    "ImageFile": Column("process_file", folded=True),
    "ProcessId": Column("process_id", is_number=True),
    "ProcessGuid": Column("process_guid"),
    "PeerIp": Column("peer_address"),
}

FLOWS: Final = Source(
    "conn_match_in_context",
    {
        **_PROCESS,
        "ParentImage": Column("COALESCE(created_parent_name, listed_parent_name)"),
        "CommandLine": Column("COALESCE(created_command_line, listed_command_line)"),
        "Hashes": Column("COALESCE(created_hashes, listed_hashes)"),
        "Initiated": Column("CASE WHEN side = 'originator' THEN 'true' ELSE 'false' END", folded=True),
        "PeerIsPublic": Column(
            "CASE WHEN side <> 'unknown' AND ${is_public} THEN 'true' ELSE 'false' END", folded=True
        ),
        "Protocol": Column("conn->`proto`", folded=True),
        "SourceIp": Column("conn->`id.orig_h`"),
        "SourcePort": Column("conn->`id.orig_p`", is_number=True),
        "DestinationIp": Column("conn->`id.resp_h`"),
        "DestinationPort": Column("conn->`id.resp_p`", is_number=True),
        "service": Column("conn->`service`"),
        "conn_state": Column("conn->`conn_state`"),
        "duration": Column("conn->`duration`", is_number=True),
        "orig_bytes": Column("conn->`orig_bytes`", is_number=True),
        "resp_bytes": Column("conn->`resp_bytes`", is_number=True),
    },
    """event_id, ts_ms, conn->`ts` AS ts, conn->`uid` AS uid, conn->`community_id` AS community_id,
         conn->`id.orig_h` AS orig_address, conn->`id.orig_p` AS orig_port, conn->`id.resp_h` AS resp_address,
         conn->`id.resp_p` AS resp_port, side, source, hostname, username, process_id, process_name,
         process_guid, peer_address""",
)

RHYTHMS: Final = Source(
    "flow_rhythm_measured",
    {
        **_PROCESS,
        "DestinationIp": Column("peer_address"),
        "DestinationPort": Column("resp_port", is_number=True),
        "IntervalMean": Column("interval_mean", is_number=True),
        "IntervalVariation": Column("interval_variation", is_number=True),
    },
    """event_id, ts_ms, ts_ms / CAST(1000 AS DOUBLE) AS ts, SPLIT(event_id, ':')[1] AS uid, community_id,
         orig_address, orig_port, resp_address, resp_port, 'originator' AS side, 'sysmon' AS source, hostname,
         username, process_id, process_name, process_guid, peer_address""",
)

SOURCES: Final = {"network_connection": FLOWS, "network_rhythm": RHYTHMS}
"""By the category of a rule's log source; `network_rhythm` is the lab's own."""
