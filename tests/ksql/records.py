"""What was seen, as the sensors write it into Kafka: Zeek's JSON, Winlogbeat's, osqueryd's."""

import json
from datetime import UTC, datetime
from typing import Any

from embedded.ksql.record import Record
from infra import topics
from tests.ksql.seen import Conn, Created, Listed, Seen, Socket

PROTOCOL_NUMBERS = {"tcp": "6", "udp": "17"}


def record(item: Seen, arrival: int) -> Record:
    """The Kafka record of something seen, which arrives at `arrival` (milliseconds since 1970)."""
    topic, host, row = _written(item)
    return Record(topic, host.encode(), json.dumps(row).encode(), arrival)


def _written(item: Seen) -> tuple[str, str, dict[str, Any]]:
    match item:
        case Conn():
            return topics.ZEEK_CONN if item.complete else topics.ZEEK_CONN_OPEN, "sensor", _conn(item)
        case Socket(source="sysmon"):
            return topics.SYSMON_NETWORK, item.host, _sysmon_network(item)
        case Socket():
            return topics.OSQUERY_SOCKETS, item.host, _osquery_socket(item)
        case Created():
            return topics.SYSMON_PROCESS, item.host, _sysmon_process(item)
        case Listed():
            return topics.OSQUERY_PROCESSES, item.host, _osquery_process(item)


def _conn(conn: Conn) -> dict[str, Any]:
    row = {
        "ts": conn.ts / 1000,
        "uid": conn.uid,
        "id.orig_h": conn.orig_h,
        "id.orig_p": conn.orig_p,
        "id.resp_h": conn.resp_h,
        "id.resp_p": conn.resp_p,
        "proto": conn.proto,
        "duration": conn.duration_ms / 1000,
        "orig_bytes": conn.orig_bytes,
        "conn_state": conn.conn_state,
    }
    return row if conn.community_id is None else row | {"community_id": conn.community_id}


def _sysmon_network(socket: Socket) -> dict[str, Any]:
    # Of TCP, Sysmon's source is the end that began; of UDP, it is the end that the event is about.
    source, destination = socket.local, socket.remote
    if socket.proto == "tcp" and not socket.initiated:
        source, destination = destination, source
    unknown = "&lt;unknown process&gt;" if socket.escaped else "<unknown process>"
    data = {
        "UtcTime": _utc(socket.ms),
        "ProcessGuid": socket.guid,
        "ProcessId": str(socket.pid),
        "Image": socket.name or unknown,
        "User": socket.user,
        "Protocol": socket.proto,
        "Initiated": str(socket.initiated).lower(),
        "SourceIp": source[0],
        "SourcePort": str(source[1]),
        "DestinationIp": destination[0],
        "DestinationPort": str(destination[1]),
    }
    event = _winlogbeat(3, socket.host, data)
    return (
        event if socket.community_id is None else event | {"network": {"community_id": socket.community_id}}
    )


def _sysmon_process(created: Created) -> dict[str, Any]:
    data = {
        "UtcTime": _utc(created.ms),
        "ProcessGuid": created.guid,
        "CommandLine": created.command_line,
        "Hashes": created.hashes,
        "ParentImage": created.parent,
    }
    return _winlogbeat(1, created.host, data)


def _winlogbeat(event_id: int, host: str, data: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in data.items() if value is not None}
    return {
        "event": {"code": str(event_id)},
        "host": {"name": host},
        "winlog": {"event_id": str(event_id), "computer_name": host, "event_data": given},
    }


def _osquery_socket(socket: Socket) -> dict[str, Any]:
    columns = {
        "time": str(socket.ms // 1000),
        "pid": str(socket.pid),
        "process_guid": socket.guid or "",
        "process_name": socket.name or "",
        "protocol": PROTOCOL_NUMBERS[socket.proto],
        "local_address": socket.local[0],
        "local_port": str(socket.local[1]),
        "remote_address": socket.remote[0],
        "remote_port": str(socket.remote[1]),
        "community_id": socket.community_id or "",
    }
    if socket.user is not None:
        columns["username"] = socket.user
    return _osquery("win_socket_events", socket.ms, socket.host, columns)


def _osquery_process(listed: Listed) -> dict[str, Any]:
    columns = {"pid": str(listed.pid), "path": listed.path, "cmdline": listed.command_line}
    columns |= {"parent_path": listed.parent} if listed.parent else {}
    columns |= {"sha256": listed.sha256} if listed.sha256 else {}
    return _osquery("processes", listed.ms, listed.host, columns)


def _osquery(name: str, ms: int, host: str, columns: dict[str, str]) -> dict[str, Any]:
    logged = {"name": name, "hostIdentifier": host, "unixTime": ms // 1000}
    return logged | {"columns": columns, "action": "added"}


def _utc(ms: int) -> str:
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d}"
