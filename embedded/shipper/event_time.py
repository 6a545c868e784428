"""Moves a record's event times: each sensor has its own columns and spellings of time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from embedded.shipper.record import Form, Record

_DIGITS: Final = 12
"""Of seconds since 1970, until the year 33658."""


def moved(record: Record, seconds: float) -> float:
    """The event time that `shifted` gives the record, in seconds since 1970: Osquery's stay whole."""
    return record.time + (round(seconds) if record.form is Form.OSQUERY else seconds)


def shifted(record: Record, seconds: float) -> bytes:
    """The record's line with every event time later by `seconds`; the line itself when that is 0."""
    if seconds == 0:
        return record.line
    event = orjson.loads(record.line)
    match record.form:
        case Form.ZEEK:
            _shift_zeek(event, seconds)
        case Form.WINLOGBEAT:
            return _shift_winlogbeat(event, seconds)
        case Form.OSQUERY:
            _shift_osquery(event, seconds)
    return orjson.dumps(event)


def _shift_zeek(event: dict[str, Any], seconds: float) -> None:
    event["ts"] = round(event["ts"] + seconds, 6)
    if isinstance(event.get("_write_ts"), str):
        event["_write_ts"] = _later_iso(event["_write_ts"], seconds)


def _shift_winlogbeat(event: dict[str, Any], seconds: float) -> bytes:
    """UtcTime is in the event's data and once more in its text: the two stay the same."""
    data = event["winlog"]["event_data"]
    before = data["UtcTime"]
    moment = datetime.fromisoformat(before) + timedelta(seconds=seconds)
    after = moment.isoformat(sep=" ", timespec="milliseconds")
    data["UtcTime"] = after
    if isinstance(event.get("message"), str):
        event["message"] = event["message"].replace(before, after)
    for holder, name in ((event, "@timestamp"), (event.get("event"), "created"), (data, "CreationUtcTime")):
        if isinstance(holder, dict) and isinstance(holder.get(name), str):
            holder[name] = _later_iso(holder[name], seconds)
    return orjson.dumps(event)


def _shift_osquery(event: dict[str, Any], seconds: float) -> None:
    written = int(event["unixTime"]) + round(seconds)
    event["unixTime"] = _like(event["unixTime"], written)
    if "calendarTime" in event:
        event["calendarTime"] = _calendar(written)
    columns = event["columns"]
    for name in ("time", "start_time"):
        value = columns.get(name)
        if _is_time(value) and int(value) > 0:
            columns[name] = _like(value, int(value) + round(seconds))
    if "utc_time" in columns and _is_time(columns.get("time")):
        columns["utc_time"] = _calendar(int(columns["time"]))


def _is_time(value: object) -> bool:
    """Whether it is a whole number, of which Osquery makes text too, and no longer than times are."""
    text = str(value)
    return isinstance(value, (int, str)) and text.isdecimal() and len(text) <= _DIGITS


def _calendar(moment: int) -> str:
    """A time as osqueryd spells it, the C library's asctime."""
    return f"{time.asctime(time.gmtime(moment))} UTC"


def _like(example: object, value: int) -> int | str:
    return str(value) if isinstance(example, str) else value


def _later_iso(text: str, seconds: float) -> str:
    """The moment in the spelling that it had: with T or blank, with or without Z. Other text stays."""
    try:
        moment = datetime.fromisoformat(text)
        later = moment + timedelta(seconds=seconds)
        if moment.tzinfo:
            later = later.astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    spelled = later.replace(tzinfo=None).isoformat(sep="T" if "T" in text else " ", timespec="milliseconds")
    return spelled + ("Z" if moment.tzinfo else "")
