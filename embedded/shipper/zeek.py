"""Zeek's logs as its JSON writer and the package json-streaming-logs write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from embedded.shipper.community_id import community_id, protocol_number
from embedded.shipper.record import Form, Record, Role, UnreadableError, is_distinctive
from infra import topics

CONN: Final = "conn"
SENSOR: Final = "zeek"
"""What a sensor is called whose logs do not name it."""
_UNDERSCORED: Final = {
    "id_orig_h": "id.orig_h",
    "id_orig_p": "id.orig_p",
    "id_resp_h": "id.resp_h",
    "id_resp_p": "id.resp_p",
}
"""Field names after tools that allow no dot in a name, and Zeek's own."""


def looks_like(event: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a line of a Zeek log: each has its time, whatever else the log is about."""
    return "ts" in event


def record(event: dict[str, Any], line: bytes, *, log: str, sensor: str, made: bool = False) -> Record:
    """A record of one line of a Zeek log.

    Args:
        event: the line, parsed; corrected in place where the writer was not Zeek's own.
        line: the line as it stood, shipped unless it had to be corrected.
        log: the log's name from its file, used when the line itself does not say.
        sensor: the sensor's name, used when the line itself does not say.
        made: whether the event was not read from JSON, so that its line has to be written anew.

    Raises:
        UnreadableError: a field that every line of this log has is missing or of the wrong kind.
    """
    path = event.get("_path") or event.get("@stream") or log
    changed = made | _with_zeeks_names(event)
    time, stamped = _seconds(event.get("ts"))
    changed |= stamped
    if stamped:
        event["ts"] = time
    key = str(event.get("_system_name") or event.get("@system") or sensor)
    if path != CONN:
        body, topic = orjson.dumps(event) if changed else line, topics.zeek(path)
        # what is told of a connection while it lives is told after so much of it
        arrival = time + _duration(event.get("duration")) if topic == topics.ZEEK_CONN_OPEN else time
        return Record(topic, key, body, Form.ZEEK, Role.CONTEXT, time, arrival)
    uid, ends = event.get("uid"), _ends(event)
    if not isinstance(uid, str):
        raise UnreadableError("a connection without uid")
    identifier = event.get("community_id")
    if not isinstance(identifier, str):
        identifier = None
    if not identifier and ends is not None:
        identifier = _identify(event, ends)
        if identifier:
            event["community_id"] = identifier
            changed = True
    return Record(
        topics.ZEEK_CONN,
        key,
        orjson.dumps(event) if changed else line,
        Form.ZEEK,
        Role.FLOW,
        time,
        time + _duration(event.get("duration")),
        community_id=identifier,
        sign=uid,
        distinctive=ends is not None and event.get("proto") != "icmp" and is_distinctive(ends[2], ends[3]),
    )


def _with_zeeks_names(event: dict[str, Any]) -> bool:
    renamed = [name for name in _UNDERSCORED if name in event]
    if not renamed:
        return False
    pairs = [(_UNDERSCORED.get(name, name), value) for name, value in event.items()]
    event.clear()
    event.update(pairs)
    return True


def _seconds(stamp: object) -> tuple[float, bool]:
    """Seconds since 1970, and whether they had to be made of text (ISO 8601, as json-streaming-logs may)."""
    if isinstance(stamp, (int, float)) and not isinstance(stamp, bool):
        return float(stamp), False
    if isinstance(stamp, str):
        try:
            return datetime.fromisoformat(stamp).timestamp(), True
        except ValueError:
            pass
    raise UnreadableError(f"ts is {stamp!r}, neither seconds since 1970 nor ISO 8601")


def _duration(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _ends(event: Mapping[str, Any]) -> tuple[str, str, int, int] | None:
    """Both ends: addresses, ports; None for a protocol that has no ports in Zeek's eyes."""
    source, destination = event.get("id.orig_h"), event.get("id.resp_h")
    if not isinstance(source, str) or not isinstance(destination, str):
        raise UnreadableError("a connection without id.orig_h or id.resp_h")
    source_port, destination_port = event.get("id.orig_p"), event.get("id.resp_p")
    if not isinstance(source_port, int) or not isinstance(destination_port, int):
        return None
    return source, destination, source_port, destination_port


def _identify(event: Mapping[str, Any], ends: tuple[str, str, int, int]) -> str | None:
    protocol = protocol_number(str(event.get("proto", "")), ends[0])
    if protocol is None:
        return None
    try:
        return community_id(protocol, *ends)
    except ValueError as error:
        raise UnreadableError(str(error)) from None
