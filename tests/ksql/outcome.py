"""What the topics say in the end: the last revision under each key, and nothing where it was withdrawn."""

import json
from collections.abc import Iterable
from typing import Any, Final

from embedded.ksql.record import Record
from infra import topics
from tests.ksql.reference import Enriched, Known, Unattributed

NO_NETWORK_BUSINESS: Final = "4c1b7f0e-6a39-4d55-9c7e-2f0d3f5f9a01"
"""The rule that the reference has too."""


def known(records: Iterable[Record]) -> Known:
    """The state that records in Kafka's order leave behind."""
    last: dict[tuple[str, bytes | None], dict[str, Any]] = {}
    for record in records:
        if record.value is None:
            last.pop((record.topic, record.key), None)
        else:
            last[record.topic, record.key] = json.loads(record.value)

    def rows(topic: str) -> list[dict[str, Any]]:
        return [row for (at, _), row in last.items() if at == topic]

    return Known(
        enriched={row["EVENT_ID"]: _enriched(row) for row in rows(topics.ENRICHED)},
        unattributed={row["uid"]: _unattributed(row) for row in rows(topics.UNATTRIBUTED)},
        detected=frozenset(
            row["EVENT_ID"] for row in rows(topics.DETECTIONS) if row["RULE_ID"] == NO_NETWORK_BUSINESS
        ),
        findings=frozenset((row["EVENT_ID"], row["RULE_ID"]) for row in rows(topics.DETECTIONS)),
    )


def _enriched(row: dict[str, Any]) -> Enriched:
    return Enriched(
        uid=row["uid"],
        side=row["SIDE"],
        sources=tuple(row["SOURCES"]),
        hostname=row["HOSTNAME"],
        process_id=row["PROCESS_ID"],
        process_name=row["PROCESS_NAME"],
        process_guid=row["PROCESS_GUID"],
        username=row["USERNAME"],
        offset_ms=row["OFFSET_MS"],
        process_count=row["PROCESS_COUNT"],
        process_names=tuple(row["PROCESS_NAMES"]),
        parent_name=row["PARENT_NAME"],
        command_line=row["COMMAND_LINE"],
        hashes=row["HASHES"],
        open=row["CONN_OPEN"],
        duration_ms=round(row["duration"] * 1000),
        orig_bytes=row["orig_bytes"],
        conn_state=row["conn_state"],
    )


def _unattributed(row: dict[str, Any]) -> Unattributed:
    return Unattributed(reason=row["REASON"], offset_ms=row["OFFSET_MS"])
