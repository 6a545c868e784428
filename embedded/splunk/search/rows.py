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
_WORDS: Final = {True: "true", False: "false", None: "null"}


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
        for name, value in orjson.loads(stored.fields).items():
            for member in value if isinstance(value, list) else [value]:
                _collect(fields, name, member)
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
        prefix = f"{name}." if name else ""
        for key, member in value.items():
            # Most members are plain: a call for each of them would double the time of a search.
            if type(member) is str:
                _add(fields, prefix + key, member)
            elif type(member) is int or type(member) is float:
                _add(fields, prefix + key, repr(member))
            else:
                _collect(fields, prefix + key, member)
    elif isinstance(value, list):
        for member in value:
            _collect(fields, name + "{}", member)
    elif isinstance(value, str):
        _add(fields, name, value)
    else:
        _add(fields, name, _WORDS[value] if value is None or value is True or value is False else repr(value))


def _add(fields: Row, name: str, word: str) -> None:
    if name not in fields:
        fields[name] = word
        return
    known = fields[name]
    fields[name] = [*known, word] if isinstance(known, list) else [known, word]


def names(rows: Iterator[Row] | list[Row]) -> list[str]:
    """The names of all fields of the rows, in the order in which they first occur."""
    return list(dict.fromkeys(name for fields in rows for name in fields))
