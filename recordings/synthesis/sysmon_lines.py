"""The lines that Winlogbeat writes of Sysmon's events 1 (process), 3 (connection), 8 (remote thread).

Sources: Winlogbeat reference, "Exported fields"; Sysmon's own event descriptions.
"""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from recordings.synthesis.attack import INJECTED_AT
from recordings.synthesis.cast import (
    EXPLORER,
    POWERSHELL,
    SHORT_LIVED,
    START,
    Host,
    Process,
)
from recordings.synthesis.chance import Chance
from recordings.synthesis.flow import Flow

_NAMES: Final = {
    1: ("Process Create", "ProcessCreate"),
    3: ("Network connection detected", "NetworkConnect"),
    8: ("CreateRemoteThread detected", "CreateRemoteThread"),
}
_NO_PROCESS: Final = "{00000000-0000-0000-0000-000000000000}"


def log(
    flows: list[Flow], chance: Chance, processes: Iterable[Process], *, is_injected: bool = False
) -> bytes:
    """The file of all hosts' events, in the order in which they happened: `processes` are seen to be born.

    `is_injected`: whether the attack's thread is seen to be started in explorer.exe.
    """
    events: list[tuple[float, Host, int, dict[str, str]]] = [
        (process.started, process.host, 1, _creation(process)) for process in processes
    ]
    if is_injected:
        events.append((INJECTED_AT, EXPLORER.host, 8, _injection()))
    for flow in flows:
        for process, initiated in users(flow, "sysmon"):
            at = flow.start + chance.between(0.0008, 0.009)
            events.append((at, process.host, 3, _connection(flow, process, initiated=initiated)))
    events.sort(key=lambda event: event[:1])
    return b"".join(
        orjson.dumps(_event(at, host, code, data, record)) + b"\n"
        for record, (at, host, code, data) in enumerate(events, start=48_211)
    )


def users(flow: Flow, agent: str) -> list[tuple[Process, bool]]:
    """The processes at either end that the agent noticed, each with whether it began the connection."""
    if agent not in flow.seen_by:
        return []
    originators = [(process, True) for process in (flow.originator, *flow.also) if process]
    responders = [(flow.responder, False)] if flow.responder else []
    return [(process, began) for process, began in originators + responders if agent in process.host.agents]


def _utc(host: Host, at: float) -> str:
    moment = datetime.fromtimestamp(START + at + host.clock, tz=UTC)
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def _spelled(address: str) -> str:
    """Sysmon writes every group of an IPv6 address, without leading zeros."""
    if ":" not in address:
        return address
    return ":".join(f"{int(group, 16):x}" for group in ipaddress.ip_address(address).exploded.split(":"))


def _creation(process: Process) -> dict[str, str]:
    return {
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "CommandLine": process.command_line,
        "CurrentDirectory": "C:\\Windows\\System32\\",
        "User": process.user,
        "IntegrityLevel": "Medium" if process.user.startswith("CORP") else "System",
        "Hashes": process.hashes,
        "ParentProcessId": str(process.parent_pid),
        "ParentImage": process.parent,
        "ParentCommandLine": process.parent,
    }


def _injection() -> dict[str, str]:
    return {
        "SourceProcessGuid": POWERSHELL.guid,
        "SourceProcessId": str(POWERSHELL.pid),
        "SourceImage": POWERSHELL.image,
        "TargetProcessGuid": EXPLORER.guid,
        "TargetProcessId": str(EXPLORER.pid),
        "TargetImage": EXPLORER.image,
        "NewThreadId": "13344",
        "StartAddress": "0x000000000B2E0000",
        "StartModule": "-",
        "StartFunction": "-",
    }


def _connection(flow: Flow, process: Process, *, initiated: bool) -> dict[str, str]:
    near, far = (flow.source, flow.source_port), (flow.destination, flow.destination_port)
    if flow.proto == "udp" and not initiated:
        # Of a UDP flow, Sysmon calls the end that it runs on the source.
        near, far = far, near
    gone = process is SHORT_LIVED
    return {
        "ProcessGuid": _NO_PROCESS if gone else process.guid,
        "ProcessId": str(process.pid),
        "Image": process.image,
        "User": "-" if gone else process.user,
        "Protocol": flow.proto,
        "Initiated": "true" if initiated else "false",
        "SourceIsIpv6": "true" if ":" in near[0] else "false",
        "SourceIp": _spelled(near[0]),
        "SourceHostname": "-",
        "SourcePort": str(near[1]),
        "SourcePortName": "-",
        "DestinationIsIpv6": "true" if ":" in far[0] else "false",
        "DestinationIp": _spelled(far[0]),
        "DestinationHostname": "-",
        "DestinationPort": str(far[1]),
        "DestinationPortName": "-",
    }


def _event(at: float, host: Host, code: int, data: dict[str, str], record: int) -> dict[str, Any]:
    title, rule = _NAMES[code]
    utc = _utc(host, at)
    stated = {"RuleName": "-", "UtcTime": utc} | data
    shaped: dict[str, Any] = {
        "@timestamp": utc.replace(" ", "T") + "Z",
        "event": {"code": str(code), "kind": "event", "provider": "Microsoft-Windows-Sysmon"},
        "host": {"name": host.name},
        "winlog": {
            "channel": "Microsoft-Windows-Sysmon/Operational",
            "computer_name": host.name,
            "event_id": str(code),
            "provider_name": "Microsoft-Windows-Sysmon",
            "provider_guid": "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
            "record_id": record,
            "task": f"{title} (rule: {rule})",
            "event_data": stated,
        },
        "message": "\n".join([f"{title}:", *(f"{name}: {value}" for name, value in stated.items())]),
    }
    if "SourceIp" in data:
        shaped["network"] = {"transport": data["Protocol"]}
    return shaped
