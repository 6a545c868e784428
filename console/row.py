"""A connection as the console's pages have it: one list of values, in the order of `COLUMNS`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Row = list[Any]

ATTRIBUTED: Final = "attributed"
UNATTRIBUTED: Final = "unattributed"

_ZEEK: Final = {
    "ts": "ts",
    "uid": "uid",
    "community_id": "community_id",
    "orig_h": "id.orig_h",
    "orig_p": "id.orig_p",
    "resp_h": "id.resp_h",
    "resp_p": "id.resp_p",
    "proto": "proto",
    "service": "service",
    "duration": "duration",
    "orig_bytes": "orig_bytes",
    "resp_bytes": "resp_bytes",
    "conn_state": "conn_state",
}
"""Columns that are Zeek's own fields, and what Zeek calls them."""
_LAB: Final = {
    "open": "CONN_OPEN",
    "side": "SIDE",
    "host": "HOSTNAME",
    "process": "PROCESS_NAME",
    "processes": "PROCESS_NAMES",
    "process_count": "PROCESS_COUNT",
    "pid": "PROCESS_ID",
    "guid": "PROCESS_GUID",
    "user": "USERNAME",
    "sources": "SOURCES",
    "offset_ms": "OFFSET_MS",
    "reason": "REASON",
}
"""Columns that the lab adds, and what its topics call them."""
COLUMNS: Final = ("key", "version", "kind", "detections", *_ZEEK, *_LAB)
VERSION: Final = COLUMNS.index("version")
DETECTIONS: Final = COLUMNS.index("detections")


def row(key: str, version: int, kind: str, event: Mapping[str, Any], detections: Sequence[str]) -> Row:
    """An event of the enriched or the unattributed topic as a row.

    Raises:
        ValueError: it has no time when it began.
    """
    began = event.get("ts")
    if isinstance(began, bool) or not isinstance(began, int | float):
        raise ValueError("an event without ts, the time when the connection began")  # noqa: TRY004  # of data
    values = [event.get(name) for names in (_ZEEK, _LAB) for name in names.values()]
    return [key, version, kind, list(detections), *values]
