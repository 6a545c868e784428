"""An event as a search sees it: its metadata and the fields extracted from its text at search time.

As `KV_MODE = json` does it (Splunk's props.conf): nested objects are joined with dots, members of arrays are
many values of `name{}`, a dot within a name stays as it is, true, false and null become words.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

Values = str | list[str]
Row = dict[str, Values]

SERVER: Final = "embedded"
"""What `splunk_server` says."""


class Stored(NamedTuple):
    """A row of the table `events`."""

    id: int
    time: float
    index_time: float
    host: str
    source: str
    sourcetype: str
    raw: str
    fields: str | None


def row(stored: Stored, index: str) -> Row:
    """The event with all its fields. Metadata comes last, so that no extracted field can pose as it."""
    fields: Row = {}
    if stored.raw.lstrip()[:1] == "{":
        try:
            _collect(fields, "", orjson.loads(stored.raw))
        except ValueError:
            # Text that only looks like JSON has no fields, as in Splunk.
            fields = {}
    if stored.fields:
        _collect(fields, "", orjson.loads(stored.fields))
    fields.update(
        host=stored.host,
        index=index,
        linecount=str(stored.raw.count("\n") + 1),
        source=stored.source,
        sourcetype=stored.sourcetype,
        splunk_server=SERVER,
        _cd=f"{index}:{stored.id}",
        _indextime=str(int(stored.index_time)),
        _raw=stored.raw,
        _time=repr(stored.time),
    )
    return fields


def displayed(fields: Row) -> Row:
    """The row as a client gets it: `_time` in ISO 8601 to the millisecond."""
    time = fields.get("_time")
    if not isinstance(time, str):
        return fields
    moment = datetime.fromtimestamp(float(time), UTC)
    return {**fields, "_time": moment.isoformat(timespec="milliseconds")}


def values(fields: Row, name: str) -> list[str]:
    """All values of a field; none when the event lacks it."""
    found = fields.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _collect(fields: Row, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            _collect(fields, f"{name}.{key}" if name else key, member)
    elif isinstance(value, list):
        for member in value:
            _collect(fields, name + "{}", member)
    else:
        word = _word(value)
        known = fields.get(name)
        if known is None:
            fields[name] = word
        else:
            fields[name] = [*known, word] if isinstance(known, list) else [known, word]


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is True or value is False or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return repr(value)


def names(rows: Iterator[Row] | list[Row]) -> list[str]:
    """The names of all fields of the rows, in the order in which they first occur."""
    return list(dict.fromkeys(name for fields in rows for name in fields))
