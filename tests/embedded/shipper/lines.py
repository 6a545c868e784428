"""Lines as sensors and collectors write them, for the tests of the shipper."""

from typing import Any

import orjson


def nxlog(**changed: Any) -> bytes:
    """Sysmon's event 3 as NXLog ships it; a value of None leaves a field out."""
    event = {
        "EventTime": "2026-01-02 05:04:05",
        "@timestamp": "2026-01-02T10:04:07.120Z",
        "Hostname": "PC1.corp.example",
        "EventID": 3,
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "RecordNumber": 7,
        "Message": "Network connection detected:\r\nUtcTime: 2026-01-02 10:04:05.123\r\n",
        "UtcTime": "2026-01-02 10:04:05.123",
        "ProcessGuid": "{5c5e0cb1-0000-0000-0000-000000000001}",
        "ProcessId": "4242",
        "Image": "C:\\a.exe",
        "User": "PC1\\u",
        "Protocol": "tcp",
        "Initiated": "true",
        "SourceIp": "10.0.0.1",
        "SourcePort": "50000",
        "DestinationIp": "10.0.0.2",
        "DestinationPort": "443",
    } | changed
    return orjson.dumps({name: value for name, value in event.items() if value is not None})


def conn(**changed: Any) -> bytes:
    """A line of Zeek's conn log as JSON, without Community ID."""
    event = {
        "ts": 1767348245.5,
        "uid": "CTest1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 50000,
        "id.resp_h": "10.0.0.2",
        "id.resp_p": 443,
        "proto": "tcp",
        "duration": 2.5,
        "conn_state": "SF",
    } | changed
    return orjson.dumps({name: value for name, value in event.items() if value is not None})


def osquery(name: str = "win_socket_events", columns: dict[str, str] | None = None, **changed: Any) -> bytes:
    """A results line of osqueryd."""
    row = {
        "action": "SOCKET_CONNECT",
        "time": "1767348245",
        "utc_time": "Fri Jan  2 10:04:05 2026 UTC",
        "pid": "4242",
        "process_name": "C:\\a.exe",
        "protocol": "6",
        "local_address": "10.0.0.1",
        "local_port": "50000",
        "remote_address": "10.0.0.2",
        "remote_port": "443",
    }
    event = {
        "name": name,
        "hostIdentifier": "PC1.corp.example",
        "calendarTime": "Fri Jan  2 10:04:10 2026 UTC",
        "unixTime": 1767348250,
        "columns": row if columns is None else columns,
        "action": "added",
    } | changed
    return orjson.dumps({name: value for name, value in event.items() if value is not None})
