"""The lab's engine leaves behind what the real ksqlDB engine left behind, of the same statements and records."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from embedded.ksql.record import Record
from tests.ksql.fusion import written

GOLDEN: Final = Path(__file__).parent / "golden"
ATTRIBUTION: Final = frozenset(
    {
        "CONN",
        "ENDPOINT_SOCKET",
        "CONN_MATCH",
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
        "dead-letters",
    }
)
DETECTIONS: Final = frozenset({"FLOW_RHYTHM", "FLOW_RHYTHM_MEASURED", "FLOW_FINDING", "flow-detections"})
STREAMS: Final = frozenset(
    {"CONN", "ENDPOINT_SOCKET", "CONN_MATCH", "FLOW_FINDING", "FLOW_RHYTHM_MEASURED", "dead-letters"}
)
WORDING: Final = frozenset({"DETECTION", "LEVEL", "TAGS"})
WINDOW_BYTES: Final = 9
"""A windowed key's text ends where 8 bytes, the beginning of the window, are left: the first of them is 0."""


def line(record: Record) -> dict[str, Any]:
    """A record as the golden files hold it: of what a rule says of itself, its id alone."""
    key, value = record.key or b"", json.loads(record.value or b"null")
    windowed = len(key) > WINDOW_BYTES and key[-8:-6] == b"\0\0"
    told = (
        {"key": key[:-8].decode(), "window": int.from_bytes(key[-8:])} if windowed else {"key": key.decode()}
    )
    if "FINDING" in value:
        value["RULE_ID"] = json.loads(value.pop("FINDING"))["rule"]
    plain = {name: held for name, held in value.items() if name not in WORDING}
    return {"topic": record.topic, "timestamp": record.timestamp, **told, "value": plain}


def left(records: Iterable[Record], topics: frozenset[str]) -> list[dict[str, Any]]:
    """What these streams and tables hold in the end, in an order that does not depend on that of writing."""
    streams: list[dict[str, Any]] = []
    tables: dict[tuple[str, bytes | None], dict[str, Any]] = {}
    for record in records:
        if record.topic not in topics:
            continue
        if record.topic in STREAMS:
            streams.append(line(record))
        elif record.value is None:
            tables.pop((record.topic, record.key), None)
        else:
            tables[record.topic, record.key] = line(record)
    return sorted([*streams, *tables.values()], key=lambda row: json.dumps(row, sort_keys=True))


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]


def counted(rows: Iterable[dict[str, Any]], rules: set[str]) -> Counter[str]:
    """The rows by topic and content, detections of these rules alone: numbers of one value are one."""
    return Counter(
        json.dumps(_plain(row), sort_keys=True)
        for row in rows
        if "RULE_ID" not in row["value"] or row["value"]["RULE_ID"] in rules
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("history", "topics"),
    [
        pytest.param("attribution", ATTRIBUTION, id="attribution"),
        pytest.param("detections", DETECTIONS, id="detections"),
    ],
)
def test_the_engine_leaves_behind_what_ksqldb_left_behind(history: str, topics: frozenset[str]) -> None:
    arrived = [
        Record(row["topic"], row["key"].encode(), json.dumps(row["value"]).encode(), row["timestamp"])
        for row in read(f"{history}.input.ndjson")
    ]
    golden = read(f"{history}.output.ndjson")
    rules = {row["value"]["RULE_ID"] for row in golden if "RULE_ID" in row["value"]}
    ours, theirs = counted(left(written(arrived), topics), rules), counted(golden, rules)
    assert sorted(ours - theirs) == sorted(theirs - ours) == []
