"""The bundled recording as the pipeline would conclude it, for pages that are to look as they do in life.

The join is done here in a few lines, which a recording with known clocks allows; what the real one concludes
is tested where it lives.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from embedded.shipper import winlogbeat
from tests.console.records import Made, dead_letter, detection, enriched, unattributed, zeek

RECORDING = Path(__file__).resolve().parents[2] / "recordings" / "explorer_beacon"
WINDOW_MS = 60_000


def _lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (RECORDING / name).read_bytes().splitlines():
        yield orjson.loads(line)


def _ms(utc: str) -> int:
    return int(datetime.strptime(utc, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp() * 1000)


def _sockets() -> dict[str, list[dict[str, Any]]]:
    """By Community ID, who used the flow."""
    found = defaultdict(list)
    for recorded in _lines("windows/winlogbeat.ndjson"):
        if recorded["winlog"]["event_id"] != "3":
            continue
        data, host = recorded["winlog"]["event_data"], recorded["winlog"]["computer_name"]
        community_id = winlogbeat.record(recorded, b"").community_id
        if community_id:
            found[community_id].append(
                {"source": "sysmon", "host": host, "ms": _ms(data["UtcTime"]), "pid": int(data["ProcessId"])}
                | {"name": data["Image"], "user": data["User"], "guid": data["ProcessGuid"]}
            )
    for event in _lines("windows/osqueryd.results.log"):
        row = event["columns"]
        if event["name"] == "win_socket_events" and row["community_id"]:
            found[row["community_id"]].append(
                {"source": "osquery", "host": event["hostIdentifier"], "ms": int(row["time"]) * 1000}
                | {"pid": int(row["pid"]), "name": row["process_name"], "user": row.get("username") or None}
            )
    return found


def _births() -> dict[int, dict[str, Any]]:
    return {
        int(event["winlog"]["event_data"]["ProcessId"]): event["winlog"]["event_data"]
        for event in _lines("windows/winlogbeat.ndjson")
        if event["winlog"]["event_id"] == "1"
    }


def records(shift: float = 0.0) -> list[Made]:
    """Everything that the console reads, in the order of the connections; `shift` seconds later than recorded."""
    sockets, births = _sockets(), _births()
    made = []
    for flow in sorted(_lines("zeek/conn.log"), key=lambda event: event["ts"]):
        at = flow["ts"] * 1000
        event = flow | {"ts": round(flow["ts"] + shift, 6)}
        made.append(zeek(event))
        near = [
            socket | {"offset": round(socket["ms"] - at)}
            for socket in sockets[flow.get("community_id", "")]
            if abs(socket["ms"] - at) < WINDOW_MS
        ]
        made += list(_concluded(event, near, births))
    made.append(dead_letter("not a JSON object", '["1791964812.4", "10.20.0.42"'))
    made.append(
        dead_letter("neither a Zeek log line, nor a Windows event, nor an Osquery result", '{"a": 1}')
    )
    return made


def _concluded(
    event: dict[str, Any], near: list[dict[str, Any]], births: dict[int, dict[str, Any]]
) -> Iterator[Made]:
    if not near:
        reason = "protocol without sockets" if event["proto"] == "icmp" else "no endpoint event in the window"
        if not event["id.orig_h"].startswith(("10.20.0.42", "10.20.0.5", "fe80")):
            reason = "host without an agent"
        yield unattributed(event, reason)
        return
    for host in {socket["host"] for socket in near}:
        ours = [socket for socket in near if socket["host"] == host]
        side = "originator" if host.startswith("CLIENT01") else "responder"
        names = sorted({socket["name"] for socket in ours if socket["name"] and socket["name"][0] != "<"})
        best = min(ours, key=lambda socket: abs(socket["offset"]))
        sysmon = next((socket for socket in ours if socket["source"] == "sysmon"), best)
        is_one = len({socket["pid"] for socket in ours}) == 1
        birth = births.get(best["pid"], {}) if is_one and side == "originator" else {}
        yield enriched(
            event,
            SIDE=side,
            SOURCES=sorted({socket["source"] for socket in ours}),
            HOSTNAME=host,
            PROCESS_ID=best["pid"] if is_one else None,
            PROCESS_NAME=names[0] if len(names) == 1 else None,
            PROCESS_GUID=sysmon.get("guid") if is_one else None,
            USERNAME=sysmon["user"] if is_one else None,
            OFFSET_MS=best["offset"],
            PROCESS_COUNT=max(1, len({socket["pid"] for socket in ours})),
            PROCESS_NAMES=names,
            PARENT_NAME=birth.get("ParentImage"),
            COMMAND_LINE=birth.get("CommandLine"),
            HASHES=birth.get("Hashes"),
        )
        if event["id.resp_h"] == "139.59.80.1" and names and names[0].endswith("explorer.exe"):
            yield detection(event, "a process without network business talks to a public address")
