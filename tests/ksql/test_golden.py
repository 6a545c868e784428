"""The lab's engine leaves behind what the real ksqlDB engine left behind, of the same statements and records."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from embedded.ksql.record import Record
from tests.ksql.fusion import written
from tests.ksql.outcome import NO_NETWORK_BUSINESS

GOLDEN: Final = Path(__file__).parent / "golden"
STREAMS: Final = ("CONN", "ENDPOINT_SOCKET", "CONN_MATCH")
TABLES: Final = (
    "zeek-conn-enriched",
    "zeek-conn-unattributed",
    "flow-detections",
    "COVERAGE_ATTRIBUTED",
    "COVERAGE_UNATTRIBUTED",
    "HOST_CLOCK",
    "HOST_CLOCK_NEAR_MISS",
    "PROCESS_CREATION",
    "PROCESS_INVENTORY",
    "AGENT_PLACE",
)
DETECTIONS: Final = "flow-detections"
FORMER_TITLE: Final = "a process without business on the network talks to a public address"
WINDOW_BYTES: Final = 9
"""A windowed key's text ends where 8 bytes, the beginning of the window, are left: the first of them is 0."""


def line(record: Record) -> dict[str, Any]:
    """A record as the golden files hold it."""
    key, value = record.key or b"", json.loads(record.value or b"null")
    windowed = len(key) > WINDOW_BYTES and key[-8:-6] == b"\0\0"
    if record.topic == DETECTIONS and value is not None:
        key, value = _as_before_the_rules(key, value)
    told = (
        {"key": key[:-8].decode(), "window": int.from_bytes(key[-8:])} if windowed else {"key": key.decode()}
    )
    return {"topic": record.topic, "timestamp": record.timestamp, **told, "value": value}


def _as_before_the_rules(key: bytes, value: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """A detection as ksqlDB wrote it for these files, when there was one rule, and the event's id was its key."""
    since = {"RULE_ID", "LEVEL", "TAGS"}
    former = {name: held for name, held in value.items() if name not in since} | {"DETECTION": FORMER_TITLE}
    return value["EVENT_ID"].encode() + key[-WINDOW_BYTES + 1 :], former


def left(records: Iterable[Record]) -> list[dict[str, Any]]:
    """What the streams and tables hold in the end, in an order that does not depend on that of writing."""
    streams: list[dict[str, Any]] = []
    tables: dict[tuple[str, bytes | None], dict[str, Any]] = {}
    for record in records:
        if record.topic == DETECTIONS and NO_NETWORK_BUSINESS.encode() not in (record.key or b""):
            continue
        if record.topic in STREAMS:
            streams.append(line(record))
        elif record.topic in TABLES and record.value is None:
            tables.pop((record.topic, record.key), None)
        elif record.topic in TABLES:
            tables[record.topic, record.key] = line(record)
    return sorted([*streams, *tables.values()], key=lambda row: json.dumps(row, sort_keys=True))


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]


def counted(rows: Iterable[dict[str, Any]]) -> Counter[str]:
    """The rows by topic and content: floats and whole numbers of one value are one."""
    return Counter(json.dumps(_plain(row), sort_keys=True) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_the_engine_leaves_behind_what_ksqldb_left_behind() -> None:
    arrived = [
        Record(row["topic"], row["key"].encode(), json.dumps(row["value"]).encode(), row["timestamp"])
        for row in read("input.ndjson")
    ]
    ours, golden = counted(left(written(arrived))), counted(read("output.ndjson"))
    assert sorted(ours - golden) == sorted(golden - ours) == []
