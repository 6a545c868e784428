"""Windows events as Winlogbeat ships them, and events that NXLog shipped, brought into that shape.

Sources: Winlogbeat reference, "Exported fields"; Sysmon's manifest for the names of event data; NXLog's
im_msvistalog for the fields that it puts around an event.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from embedded.shipper.community_id import community_id, protocol_number
from embedded.shipper.record import Form, Record, Role, UnreadableError, is_distinctive
from infra import topics

SYSMON: Final = "Microsoft-Windows-Sysmon/Operational"
_NETWORK: Final = 3
_AROUND_THE_EVENT: Final = frozenset(
    {
        "@timestamp",
        "@version",
        "AccountName",
        "AccountType",
        "ActivityID",
        "Category",
        "Channel",
        "Domain",
        "EventID",
        "EventReceivedTime",
        "EventTime",
        "EventType",
        "ExecutionProcessID",
        "Hostname",
        "Keywords",
        "Level",
        "Message",
        "Opcode",
        "OpcodeValue",
        "ProviderGuid",
        "RecordNumber",
        "RelatedActivityID",
        "Severity",
        "SeverityValue",
        "SourceModuleName",
        "SourceModuleType",
        "SourceName",
        "Task",
        "ThreadID",
        "TimeCreated",
        "UserID",
        "Version",
        "host",
        "port",
        "tags",
    }
)
"""NXLog's own fields and those of the collector behind it: whatever else is in a line is the event's data."""


def looks_like(event: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a Windows event, of Winlogbeat or of NXLog."""
    return "winlog" in event or ("EventID" in event and "Channel" in event)


def channel_of(event: Mapping[str, Any]) -> str:
    """The event log that it was written to."""
    inner = event.get("winlog")
    return str(
        (inner if isinstance(inner, dict) else {}).get("channel") or event.get("Channel") or "no channel"
    )


def record(event: dict[str, Any], line: bytes) -> Record:
    """A record of one Sysmon event.

    Raises:
        UnreadableError: the event lacks what every Sysmon event has.
    """
    ready = "winlog" in event
    shaped = event if ready else from_nxlog(event)
    inner = shaped["winlog"]
    data = inner.get("event_data") if isinstance(inner, dict) else None
    host = inner.get("computer_name") if isinstance(inner, dict) else None
    if not isinstance(data, dict) or not isinstance(host, str):
        raise UnreadableError("a Sysmon event without event data or computer name")
    number = _number(inner.get("event_id"))
    time = utc_seconds(data.get("UtcTime"))
    if number != _NETWORK:
        body = line if ready else orjson.dumps(shaped)
        return Record(
            topics.sysmon_event(number), host, body, Form.WINLOGBEAT, Role.CONTEXT, time, time, 0.001
        )
    ends = _ends(data)
    network = shaped.get("network")
    if not isinstance(network, dict):
        network = shaped["network"] = {}
    identifier = network.get("community_id")
    if not isinstance(identifier, str) or not identifier:
        network["community_id"] = _identify(data, ends)
        ready = False
    return Record(
        topics.SYSMON_NETWORK,
        host,
        line if ready else orjson.dumps(shaped),
        Form.WINLOGBEAT,
        Role.ENDPOINT,
        time,
        time,
        0.001,
        community_id=network["community_id"],
        sign=str(data.get("ProcessId", data.get("ProcessGuid"))),
        distinctive=is_distinctive(ends[2], ends[3]),
    )


def utc_seconds(text: object) -> float:
    """Seconds since 1970 of Sysmon's UtcTime (`2026-01-31 23:59:59.123`).

    Raises:
        UnreadableError: it is not one.
    """
    try:
        return datetime.fromisoformat(f"{text}+00:00").timestamp()
    except ValueError:
        raise UnreadableError(f"UtcTime is {text!r}") from None


def from_nxlog(event: Mapping[str, Any]) -> dict[str, Any]:
    """The same event as Winlogbeat would have written it, without NXLog's local times, which name no zone.

    Raises:
        UnreadableError: the event has no UtcTime.
    """
    data = {
        name: value if isinstance(value, str) else str(value)
        for name, value in event.items()
        if name not in _AROUND_THE_EVENT and value is not None
    }
    utc_seconds(data.get("UtcTime"))
    moment = data["UtcTime"].replace(" ", "T") + "Z"
    host = event.get("Hostname")
    shaped: dict[str, Any] = {
        "@timestamp": moment,
        "event": {"code": str(event["EventID"]), "kind": "event", "provider": event.get("SourceName")},
        "host": {"name": host},
        "winlog": {
            "channel": event["Channel"],
            "computer_name": host,
            "event_id": str(event["EventID"]),
            "provider_name": event.get("SourceName"),
            "provider_guid": event.get("ProviderGuid"),
            "record_id": event.get("RecordNumber"),
            "task": event.get("Category"),
            "event_data": data,
        },
    }
    if "Message" in event:
        shaped["message"] = event["Message"]
    if _number(event["EventID"]) == _NETWORK:
        transport = data.get("Protocol", "").lower()
        shaped["network"] = {"transport": transport}
        shaped["source"] = {"ip": data.get("SourceIp"), "port": _number(data.get("SourcePort"))}
        shaped["destination"] = {
            "ip": data.get("DestinationIp"),
            "port": _number(data.get("DestinationPort")),
        }
    return shaped


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise UnreadableError(f"{value!r} is not a number") from None


def _ends(data: Mapping[str, Any]) -> tuple[str, str, int, int]:
    return (
        str(data.get("SourceIp")),
        str(data.get("DestinationIp")),
        _number(data.get("SourcePort")),
        _number(data.get("DestinationPort")),
    )


def _identify(data: Mapping[str, Any], ends: tuple[str, str, int, int]) -> str | None:
    protocol = protocol_number(str(data.get("Protocol")), ends[0])
    if protocol is None:
        return None
    try:
        return community_id(protocol, *ends)
    except ValueError as error:
        raise UnreadableError(str(error)) from None
