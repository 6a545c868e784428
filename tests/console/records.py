"""Records as the pipeline writes them into the topics that the console reads."""

import struct
from typing import Any, NamedTuple

import orjson

from infra import topics
from infra.observation.survey import conclusions

BEGAN = 1_791_964_800.0
HOUR_MS = 3_600_000


class Made(NamedTuple):
    topic: str
    key: bytes
    value: bytes | None


def flow(number: int = 1, **differing: Any) -> dict[str, Any]:
    """A connection as Zeek writes it."""
    return {
        "ts": BEGAN + number,
        "uid": f"C{number:08d}",
        "id.orig_h": "10.20.0.42",
        "id.orig_p": 50_000 + number % 10_000,
        "id.resp_h": "203.0.113.80",
        "id.resp_p": 443,
        "proto": "tcp",
        "service": "ssl",
        "duration": 1.5,
        "orig_bytes": 1_200,
        "resp_bytes": 3_400,
        "conn_state": "SF",
        "community_id": f"1:{number:027d}=",
    } | differing


def key(name: str, began: float = BEGAN) -> bytes:
    """The key of a windowed table: the id, and the beginning of its hour in ms."""
    return name.encode() + struct.pack(">q", int(began * 1000) // HOUR_MS * HOUR_MS)


def zeek(event: dict[str, Any]) -> Made:
    return Made(topics.ZEEK_CONN, b"sensor", orjson.dumps(event))


def enriched(event: dict[str, Any], **differing: Any) -> Made:
    side = differing.get("SIDE", "originator")
    told = {
        "EVENT_ID": f"{event['uid']}:{side}",
        **event,
        "CONN_OPEN": False,
        "SIDE": side,
        "SOURCES": ["osquery", "sysmon"],
        "HOSTNAME": "CLIENT01.corp.example",
        "PROCESS_ID": 4912,
        "PROCESS_NAME": "C:\\Windows\\explorer.exe",
        "PROCESS_GUID": "{87dc76e9-6acf-4912}",
        "USERNAME": "CORP\\asha",
        "OFFSET_MS": 1_284,
        "PROCESS_COUNT": 1,
        "PROCESS_NAMES": ["C:\\Windows\\explorer.exe"],
        "PARENT_NAME": "C:\\Windows\\System32\\userinit.exe",
        "COMMAND_LINE": "C:\\Windows\\explorer.exe /factory",
        "HASHES": "SHA256=" + "A1" * 32,
    } | differing
    return Made(topics.ENRICHED, key(told["EVENT_ID"], event["ts"]), orjson.dumps(told))


def unattributed(event: dict[str, Any], reason: str = "host without an agent") -> Made:
    told = event | {"REASON": reason, "OFFSET_MS": None}
    return Made(topics.UNATTRIBUTED, key(event["uid"], event["ts"]), orjson.dumps(told))


def withdrawn(made: Made) -> Made:
    """What takes a record back."""
    return made._replace(value=None)


def detection(event: dict[str, Any], name: str = "a process without business talks to the outside") -> Made:
    event_id = f"{event['uid']}:originator"
    told = {"EVENT_ID": event_id, "DETECTION": name, "uid": event["uid"], "ts": event["ts"]}
    return Made(topics.DETECTIONS, key(event_id, event["ts"]), orjson.dumps(told))


def clock(host: str, began: float, *, near_misses: int, seconds: float) -> Made:
    """A row of an hour in which a host's events were so far from the flows that none matched."""
    told = {"NEAR_MISSES": near_misses} | dict.fromkeys(
        ("MEAN_OFFSET_MS", "MIN_OFFSET_MS", "MAX_OFFSET_MS"), seconds * 1000
    )
    return Made(conclusions.NEAR_MISS, key(host, began), orjson.dumps(told))


def dead_letter(reason: str, record: str) -> Made:
    told = {"topic": "zeek-conn", "partition": 0, "offset": 7, "reason": reason, "record": record}
    return Made(topics.DEAD_LETTERS, b"zeek-conn", orjson.dumps(told))
