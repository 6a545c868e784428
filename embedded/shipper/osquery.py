"""Results lines of osqueryd: one row of a scheduled query, with host and time.

Sources: osquery documentation, "Logging", "Results logs"; the PolyLogyx extension's table win_socket_events.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from embedded.shipper.community_id import community_id, protocol_number
from embedded.shipper.record import Form, Record, Role, UnreadableError, is_distinctive
from infra import topics


def looks_like(event: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a results line."""
    return "hostIdentifier" in event and "name" in event


def records(event: dict[str, Any], line: bytes) -> Iterator[Record]:
    """The records of one results line: one, or for a snapshot one a row.

    A row of a snapshot becomes what osqueryd writes with `logger_snapshot_event_type`.

    Raises:
        UnreadableError: a field that every line has is missing or of the wrong kind.
    """
    if isinstance(event.get("snapshot"), list):
        shared = {name: value for name, value in event.items() if name != "snapshot"}
        for row in event["snapshot"]:
            yield _record({**shared, "columns": row}, None)
        return
    yield _record(event, line)


def _record(event: dict[str, Any], line: bytes | None) -> Record:
    name, host, columns = event["name"], event["hostIdentifier"], event.get("columns")
    if not isinstance(name, str) or not isinstance(host, str) or not isinstance(columns, dict):
        raise UnreadableError("an Osquery line without name, hostIdentifier or columns")
    written = _whole(event.get("unixTime"))
    if written is None:
        raise UnreadableError("an Osquery line without unixTime")
    topic = topics.osquery(name)
    if topic != topics.OSQUERY_SOCKETS:
        body = line if line is not None else orjson.dumps(event)
        return Record(topic, host, body, Form.OSQUERY, Role.CONTEXT, written, written, 1.0)
    time = _whole(columns.get("time")) or written
    identifier = columns.get("community_id")
    ports = _whole(columns.get("local_port")), _whole(columns.get("remote_port"))
    if not isinstance(identifier, str) or not identifier:
        identifier = _identify(columns, ports)
        if identifier:
            columns["community_id"] = identifier
            line = None
    return Record(
        topic,
        host,
        line if line is not None else orjson.dumps(event),
        Form.OSQUERY,
        Role.ENDPOINT,
        time,
        max(time, written),
        1.0,
        community_id=identifier or None,
        sign=str(columns.get("pid")),
        distinctive=ports[0] is not None and ports[1] is not None and is_distinctive(ports[0], ports[1]),
    )


def _whole(value: object) -> int | None:
    """Osquery writes numbers as text unless `logger_numerics` is set."""
    try:
        return int(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _identify(columns: Mapping[str, Any], ports: tuple[int | None, int | None]) -> str | None:
    """None where the row lacks an end, as the rows of core Osquery's socket_events do on connect."""
    local, remote = str(columns.get("local_address") or ""), str(columns.get("remote_address") or "")
    protocol = protocol_number(str(columns.get("protocol") or ""), local)
    if protocol is None or not local or not remote or ports[0] is None or ports[1] is None:
        return None
    try:
        return community_id(protocol, local, remote, ports[0], ports[1])
    except ValueError as error:
        raise UnreadableError(str(error)) from None
