"""Records as test cases and the files of ksql-test-runner write them."""

import base64
from collections.abc import Mapping
from typing import Any

from embedded.ksql.catalog import Format, Source
from embedded.ksql.conformance import values
from embedded.ksql.engine import Engine
from embedded.ksql.record import Record


def sources_by_topic(engine: Engine) -> dict[str, Source]:
    """The source of each topic: the first that was declared over it."""
    found: dict[str, Source] = {}
    for source in engine.sources.values():
        found.setdefault(source.topic, source)
    return found


def to_record(item: Mapping[str, Any], source: Source | None) -> Record:
    """A record of a test case as Kafka would hold it."""
    columns = values.value_columns(source) if source else []
    return Record(
        item["topic"],
        values.key_bytes(dict(item), source),
        values.encode(item.get("value"), source.value_format if source else Format("JSON"), columns),
        int(item.get("timestamp") or 0),
        headers=headers_of(item),
    )


def headers_of(item: Mapping[str, Any]) -> tuple[tuple[str, bytes | None], ...]:
    """The headers of a test case's record."""
    return tuple(
        (str(each["KEY"]), None if each["VALUE"] is None else base64.b64decode(each["VALUE"]))
        for each in item.get("headers") or ()
    )


def shown(record: Record, source: Source | None) -> dict[str, Any]:
    """A record as a test case would write it."""
    key, bounds = record.key, None
    if source is not None and source.window is not None and key is not None:
        size = 16 if source.window.kind == "SESSION" else 8
        key, bounds = key[:-size], key[-size:]
    key_format = source.key_format if source else Format("KAFKA")
    value_format = source.value_format if source else Format("JSON")
    made: dict[str, Any] = {
        "topic": record.topic,
        "key": values.decode(key, key_format, values.key_columns(source) if source else []),
        "value": values.decode(record.value, value_format, values.value_columns(source) if source else []),
        "timestamp": record.timestamp,
    }
    if source is not None and source.window is not None and bounds is not None:
        made["window"] = values.shown_window(source.window, bounds)
    if record.headers:
        made["headers"] = [
            {"KEY": name, "VALUE": None if value is None else base64.b64encode(value).decode()}
            for name, value in record.headers
        ]
    return made
