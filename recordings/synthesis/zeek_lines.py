"""The lines that Zeek writes of a flow, as JSON, with the policy `protocols/conn/community-id-logging`."""

from typing import Any

import orjson

from recordings.synthesis.flow import Flow, is_local


def logs(flows: list[Flow]) -> dict[str, bytes]:
    """Each log's file, its lines in the order in which Zeek writes them: a connection when it has ended."""
    lines: dict[str, list[tuple[float, bytes]]] = {"conn": [], "dns": [], "ssl": [], "http": []}
    for flow in flows:
        lines["conn"].append((flow.ts + (flow.duration or 0.0), _line(_conn(flow))))
        for log, details in flow.details.items():
            lines[log].append((flow.ts, _line(_detailed(flow, log, details))))
    return {log: b"".join(line for _, line in sorted(rows)) for log, rows in lines.items()}


def _line(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event) + b"\n"


def _identity(flow: Flow, ts: float) -> dict[str, Any]:
    return {
        "ts": ts,
        "uid": flow.uid,
        "id.orig_h": flow.source,
        "id.orig_p": flow.source_port,
        "id.resp_h": flow.destination,
        "id.resp_p": flow.destination_port,
    }


def _conn(flow: Flow) -> dict[str, Any]:
    event = _identity(flow, flow.ts) | {"proto": flow.proto}
    if flow.service:
        event["service"] = flow.service
    if flow.duration is not None:
        event |= {"duration": flow.duration, "orig_bytes": flow.sent, "resp_bytes": flow.received}
    answered = flow.received > 0
    event |= {
        "conn_state": flow.state,
        "local_orig": is_local(flow.source),
        "local_resp": is_local(flow.destination),
        "missed_bytes": 0,
    }
    if flow.history:
        event["history"] = flow.history
    return event | {
        "orig_pkts": flow.packets(flow.sent),
        "orig_ip_bytes": flow.ip_bytes(flow.sent),
        "resp_pkts": flow.packets(flow.received) if answered else 0,
        "resp_ip_bytes": flow.ip_bytes(flow.received) if answered else 0,
        "community_id": flow.community_id,
    }


def _detailed(flow: Flow, log: str, details: dict[str, Any]) -> dict[str, Any]:
    event = _identity(flow, round(flow.ts + 0.0002, 6))
    if log == "dns":
        query = {
            "proto": flow.proto,
            "trans_id": details["trans_id"],
            "rtt": details["rtt"],
            "query": details["query"],
        }
        return (
            event
            | query
            | {"qclass": 1, "qclass_name": "C_INTERNET", "qtype": 1, "qtype_name": "A"}
            | {"rcode": 0, "rcode_name": "NOERROR", "AA": False, "TC": False, "RD": True, "RA": True, "Z": 0}
            | {"answers": details["answers"], "TTLs": details["TTLs"], "rejected": False}
        )
    return event | details
