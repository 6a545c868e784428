"""The probe: a connection and its process, made up, sent through a running pipeline to see how far it gets.

It is marked in each field that something is counted by, so that whoever shows results can leave it out: its
uid begins with `Clabprobe`, its host is `lab-probe.invalid` (a name that RFC 2606 keeps from ever existing),
its addresses are those of documentation (RFC 5737). Its Community ID is the one that belongs to its ends.
"""

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from embedded.shipper.community_id import TCP, community_id
from infra import topics

UID_PREFIX: Final = "Clabprobe"
HOST: Final = "lab-probe.invalid"
ORIGINATOR: Final = "192.0.2.53"
RESPONDERS: Final = "198.51.100."
"""How its responder's address begins."""
PROCESS: Final = "lab-probe"
IN_SPLUNK: Final = f'uid="{UID_PREFIX}*"'
"""The probes' events in a search: `NOT` this leaves them out."""
PROCESS_ID: Final = 1
_EPHEMERAL: Final = range(49152, 65536)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe: what is sent, and what it is known again by."""

    uid: str
    community_id: str
    records: tuple[tuple[str, bytes, bytes], ...]
    """Topic, key and value of each."""


def make(now: float | None = None) -> Probe:
    """A probe whose connection began just now, or at `now` (seconds since 1970)."""
    at = time.time() if now is None else now
    mark = uuid.uuid4().hex
    uid = f"{UID_PREFIX}{mark}"
    # of 2^37 connections, so that no two probes are taken for one another by their Community ID
    responder, port = f"{RESPONDERS}{1 + secrets.randbelow(254)}", secrets.choice(_EPHEMERAL)
    service = 1 + secrets.randbelow(0xFFFF)
    flow_id = community_id(TCP, ORIGINATOR, responder, port, service)
    flow = {
        "ts": round(at, 6),
        "uid": uid,
        "id.orig_h": ORIGINATOR,
        "id.orig_p": port,
        "id.resp_h": responder,
        "id.resp_p": service,
        "proto": "tcp",
        "duration": 0.001,
        "conn_state": "SF",
        "community_id": flow_id,
    }
    socket = {
        "@timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        "network": {"community_id": flow_id},
        "winlog": {
            "channel": "Microsoft-Windows-Sysmon/Operational",
            "provider_name": "Microsoft-Windows-Sysmon",
            "computer_name": HOST,
            "event_id": "3",
            "event_data": {
                "UtcTime": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
                "ProcessGuid": f"{{{uuid.UUID(mark)}}}",
                "ProcessId": str(PROCESS_ID),
                "Image": PROCESS,
                "User": PROCESS,
                "Protocol": "tcp",
                "Initiated": "true",
                "SourceIp": ORIGINATOR,
                "SourcePort": str(port),
                "DestinationIp": responder,
                "DestinationPort": str(service),
            },
        },
    }
    key = HOST.encode()
    return Probe(
        uid=uid,
        community_id=flow_id,
        records=(
            (topics.ZEEK_CONN, key, orjson.dumps(flow)),
            (topics.SYSMON_NETWORK, key, orjson.dumps(socket)),
        ),
    )


def is_probe(event: Mapping[str, Any]) -> bool:
    """Whether a Zeek, enriched, unattributed or detection event is a probe's."""
    return str(event.get("uid") or "").startswith(UID_PREFIX)
