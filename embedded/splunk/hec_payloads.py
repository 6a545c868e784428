"""From the body of a HEC request to events.

Wire format: Splunk's manual, "Format events for HTTP Event Collector". As in Splunk, the events before a bad
one are good: they are kept, and the answer names the bad one by its number.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from embedded.splunk import hec_replies
from embedded.splunk.events import Event
from embedded.splunk.hec_replies import Reply
from embedded.splunk.indexes import Indexes
from embedded.splunk.tokens import Token

DEFAULT_SOURCETYPE: Final = "httpevent"
_DECODER: Final = json.JSONDecoder()


@dataclass
class Payload:
    """The events of one request and, when one of them is bad, HEC's answer and its number (from 0)."""

    events: list[Event] = field(default_factory=list)
    fault: Reply | None = None
    event_number: int | None = None


class _BadEventError(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True)
class Defaults:
    """What an event gets when it does not say: the token's own settings, then Splunk's."""

    token: Token
    indexes: Indexes
    host: str
    now: float

    def event(self, envelope: dict[str, Any], raw: str) -> Event:
        """The event with its metadata.

        Raises:
            _BadEventError: an index that is not there or not allowed, a bad time, fields that are not flat.
        """
        token = self.token
        name = envelope.get("index") or token.index
        index = self.indexes.get(name) if isinstance(name, str) else None
        if index is None or not token.allows(index.name):
            raise _BadEventError(hec_replies.INCORRECT_INDEX)
        host = envelope.get("host") or token.host or self.host
        source = envelope.get("source") or token.source or f"http:{token.name}"
        sourcetype = envelope.get("sourcetype") or token.sourcetype or DEFAULT_SOURCETYPE
        if not (isinstance(host, str) and isinstance(source, str) and isinstance(sourcetype, str)):
            raise _BadEventError(hec_replies.INVALID_DATA_FORMAT)
        time = _epoch(envelope.get("time"), self.now)
        return Event(index.id, time, host, source, sourcetype, raw, _indexed_fields(envelope.get("fields")))


def from_objects(body: bytes, defaults: Defaults) -> Payload:
    """The events of `/services/collector/event`: JSON objects in a row, with or without white space."""
    payload = Payload()
    try:
        for number, envelope in enumerate(_envelopes(body)):
            payload.event_number = number
            payload.events.append(_event(envelope, defaults))
    except _BadEventError as bad:
        payload.fault = bad.reply
        return payload
    except (ValueError, RecursionError):
        payload.fault = hec_replies.INVALID_DATA_FORMAT
        payload.event_number = len(payload.events)
        return payload
    payload.event_number = None
    if not payload.events:
        payload.fault = hec_replies.NO_DATA
    return payload


def from_lines(body: bytes, metadata: dict[str, str], defaults: Defaults) -> Payload:
    """The events of `/services/collector/raw`: one a line, all with the metadata of the query string."""
    payload = Payload()
    try:
        lines = [line for line in body.decode(errors="replace").splitlines() if line.strip()]
        payload.events = [defaults.event(metadata, line) for line in lines]
    except _BadEventError as bad:
        payload.fault = bad.reply
        return payload
    if not payload.events:
        payload.fault = hec_replies.NO_DATA
    return payload


def _envelopes(body: bytes) -> Iterator[Any]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    try:
        envelopes = orjson.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        return _one_after_another(body.decode(errors="strict"))
    # A line with a comma between two objects would count as two: let the exact reader refuse it.
    return iter(envelopes) if len(envelopes) == len(lines) else _one_after_another(body.decode())


def _one_after_another(text: str) -> Iterator[Any]:
    position = 0
    while position < len(text):
        if text[position] in " \t\r\n":
            position += 1
            continue
        _, end = _DECODER.raw_decode(text, position)
        # json takes NaN, which is not JSON; orjson has the last word on what one object is.
        yield orjson.loads(text[position:end])
        position = end


def _event(envelope: Any, defaults: Defaults) -> Event:
    if not isinstance(envelope, dict):
        raise _BadEventError(hec_replies.INVALID_DATA_FORMAT)
    event = envelope.get("event")
    if event is None:
        raise _BadEventError(hec_replies.EVENT_REQUIRED)
    if event == "":
        raise _BadEventError(hec_replies.EVENT_BLANK)
    raw = event if isinstance(event, str) else orjson.dumps(event).decode()
    return defaults.event(envelope, raw)


def _epoch(time: Any, now: float) -> float:
    if time is None:
        return now
    if isinstance(time, bool) or not isinstance(time, int | float | str):
        raise _BadEventError(hec_replies.INVALID_DATA_FORMAT)
    try:
        seconds = float(time)
    except (ValueError, OverflowError):
        raise _BadEventError(hec_replies.INVALID_DATA_FORMAT) from None
    if not math.isfinite(seconds):
        raise _BadEventError(hec_replies.INVALID_DATA_FORMAT)
    return seconds


def _indexed_fields(fields: Any) -> str | None:
    if not fields:
        return None
    if not isinstance(fields, dict):
        raise _BadEventError(hec_replies.INVALID_FIELDS)
    for value in fields.values():
        members = value if isinstance(value, list) else [value]
        if any(isinstance(member, dict | list) for member in members):
            raise _BadEventError(hec_replies.INVALID_FIELDS)
    return orjson.dumps(fields).decode()
