"""The lines that osqueryd writes: sockets as they are opened, and an inventory of processes.

Sources: osquery documentation, "Results logs"; the tables processes and, of the PolyLogyx extension,
win_socket_events.
"""

import time
from collections.abc import Iterable
from typing import Any, Final

import orjson

from recordings.synthesis.cast import CLIENT, HOUR, START, Process
from recordings.synthesis.flow import Flow
from recordings.synthesis.sysmon_lines import users

_LOOKS_EVERY: Final = 10
"""Seconds between two runs of the scheduled query for sockets."""
_INVENTORY_EVERY: Final = 600
_NUMBERS: Final = {"tcp": "6", "udp": "17"}


def log(flows: list[Flow], processes: Iterable[Process]) -> bytes:
    """The client's results log, in the order in which its lines are written; `processes`: its inventory."""
    lines: list[tuple[int, dict[str, Any]]] = []
    for flow in flows:
        for process, began in users(flow, "osquery"):
            row = _socket(flow, process, began=began)
            written = (int(row["time"]) // _LOOKS_EVERY + 1) * _LOOKS_EVERY
            lines.append((written, _result("win_socket_events", written, row)))
    for process in processes:
        # The inventory knows a process from its next run on; those that are there already, from the first.
        seen = max(0, int(process.started) // _INVENTORY_EVERY + 1) * _INVENTORY_EVERY
        if seen <= HOUR:
            written = START + seen + int(CLIENT.clock)
            lines.append((written, _result("processes", written, _process(process))))
    lines.sort(key=lambda line: line[0])
    return b"".join(orjson.dumps(line) + b"\n" for _, line in lines)


def _result(name: str, written: int, columns: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "hostIdentifier": CLIENT.name,
        "calendarTime": _calendar(written),
        "unixTime": written,
        "epoch": 0,
        "counter": (written - START) // _LOOKS_EVERY + 1_000,
        "numerics": False,
        "columns": columns,
        "action": "added",
    }


def _calendar(moment: int) -> str:
    return f"{time.asctime(time.gmtime(moment))} UTC"


def _socket(flow: Flow, process: Process, *, began: bool) -> dict[str, str]:
    local, remote = (flow.source, flow.source_port), (flow.destination, flow.destination_port)
    if not began:
        local, remote = remote, local
    moment = int(flow.ts + CLIENT.clock)
    return {
        "action": "SOCKET_CONNECT" if began else "SOCKET_ACCEPT",
        "eid": process.osquery_guid[:24] + f"{moment:012X}",
        "time": str(moment),
        "utc_time": _calendar(moment),
        "pid": str(process.pid),
        "process_guid": process.osquery_guid,
        "process_name": process.image,
        "family": "AF_INET6" if ":" in local[0] else "AF_INET",
        "protocol": _NUMBERS[flow.proto],
        "local_address": local[0],
        "local_port": str(local[1]),
        "remote_address": remote[0],
        "remote_port": str(remote[1]),
        "community_id": flow.community_id,
    }


def _process(process: Process) -> dict[str, str]:
    return {
        "pid": str(process.pid),
        "name": process.name,
        "path": process.image,
        "cmdline": process.command_line,
        "parent": str(process.parent_pid),
        "start_time": str(int(START + process.started + CLIENT.clock)),
        "username": process.user,
    }
