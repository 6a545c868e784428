"""From a Kafka record to the JSON object that HEC takes (the connector's SplunkSinkTask and JsonEvent)."""

import socket
from dataclasses import dataclass
from typing import Any

import orjson
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from embedded.connect.errors import ConversionError
from embedded.connect.sink_settings import SinkSettings

HOSTNAME = socket.gethostname()


@dataclass(frozen=True, slots=True)
class Record:
    """A record on its way: its HEC event on one line, and the message, in case it becomes a dead letter."""

    event: bytes
    partition: tuple[str, int]
    offset: int
    message: Message


def event(message: Message, settings: SinkSettings) -> bytes | None:
    """The HEC event of a record; None for a tombstone and for empty text, which the connector leaves out.

    Raises:
        ConversionError: the value is not what the connector's converter reads.
    """
    value = message.value()
    if not value:
        return None
    payload = _json(value, schemas=settings.json_schemas) if settings.json_values else _text(value)
    if payload is None:
        return None
    kind, milliseconds = message.timestamp()
    metadata = settings.metadata.get(message.topic() or "")
    envelope: dict[str, Any] = {"event": payload}
    if settings.use_record_time and kind != TIMESTAMP_NOT_AVAILABLE:
        envelope["time"] = milliseconds / 1000
    fields: dict[str, str] = {}
    if metadata is not None:
        # With topics.regex the connector knows no metadata, and leaves the enrichment out as well.
        envelope.update(metadata)
        fields.update(settings.enrichment)
    if settings.headers:
        _apply_headers(message, settings, envelope, fields)
    if settings.track_data:
        fields.update(_whence(message, milliseconds))
    if fields:
        envelope["fields"] = fields
    return orjson.dumps(envelope)


def headers_of(message: Message) -> list[tuple[str, str | bytes | None]]:
    """The headers of a record, in their order."""
    headers = message.headers() or []
    return list(headers.items() if isinstance(headers, dict) else headers)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _json(value: bytes, *, schemas: bool) -> orjson.Fragment | None:
    try:
        parsed = orjson.loads(value)
    except ValueError as error:
        message = f"Converting byte[] to Kafka Connect data failed due to serialization error: {error}"
        raise ConversionError(message) from error
    if not schemas:
        return None if parsed is None else orjson.Fragment(value)
    if not isinstance(parsed, dict) or parsed.keys() != {"schema", "payload"}:
        raise ConversionError(
            'JsonConverter with schemas.enable requires "schema" and "payload" fields'
            " and may not contain additional fields.",
            "For plain JSON, set value.converter.schemas.enable=false.",
        )
    return None if parsed["payload"] is None else orjson.Fragment(orjson.dumps(parsed["payload"]))


def _apply_headers(
    message: Message, settings: SinkSettings, envelope: dict[str, Any], fields: dict[str, str]
) -> None:
    given = {name: _text(value) for name, value in headers_of(message) if isinstance(value, bytes)}
    for key, name in settings.headers.items():
        if name in given:
            envelope[key] = given[name]
    fields.update({name: given[name] for name in settings.custom_headers if name in given})


def _whence(message: Message, milliseconds: int) -> dict[str, str]:
    key = message.key()
    return {
        "kafka_offset": str(message.offset()),
        "kafka_timestamp": str(milliseconds),
        "kafka_topic": str(message.topic()),
        "kafka_partition": str(message.partition()),
        "kafka_record_key": "null" if key is None else _text(key),
        "kafka_connect_host": HOSTNAME,
    }
