"""A dead letter, whoever wrote it: the query engine, Logstash or a shipper of recordings."""

from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict

SHOWN: Final = 4_000
"""Characters of a record that are kept to be read."""


class Letter(BaseModel):
    """What could not be processed, where it came from, why, and the record itself as far as it is text."""

    model_config = ConfigDict(frozen=True)

    at_ms: int
    topic: str
    place: str
    reason: str
    record: str


def letter(value: bytes, timestamp_ms: int) -> Letter:
    """A record of the topic of dead letters; of one that is no JSON, all that there is.

    Each writer has its own names for where a record came from: topic, partition and offset, or a file and a
    line.
    """
    try:
        told = orjson.loads(value)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        text = value.decode(errors="backslashreplace")
        return Letter(at_ms=timestamp_ms, topic="", place="", reason="no reason is told", record=text[:SHOWN])
    parts = ("partition", "offset", "line", "host_name", "query")
    return Letter(
        at_ms=timestamp_ms,
        topic=str(told.get("topic") or told.get("source") or ""),
        place=", ".join(
            f"{part.replace('_name', '')} {told[part]}" for part in parts if told.get(part) is not None
        ),
        reason=str(told.get("reason") or "no reason is told"),
        record=_text(told)[:SHOWN],
    )


def _text(told: dict[str, Any]) -> str:
    record = told.get("record", told)
    value = record.get("value", record) if isinstance(record, dict) else record
    inner = value.get("text", value.get("base64", value)) if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else orjson.dumps(inner).decode()
