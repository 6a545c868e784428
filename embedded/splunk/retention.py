"""Keeping indexes within their limits: too old by event time or too much raw text, and the oldest go."""

import sqlite3
import time
from typing import Final

from embedded.splunk.indexes import MIB, Index
from embedded.splunk.store import Write

CHUNK: Final = 5_000
"""Events removed in one transaction, so that incoming events never wait for long."""


def enforcing(index: Index) -> Write:
    """The change that removes up to CHUNK events that the index no longer keeps, and returns how many."""

    def change(connection: sqlite3.Connection) -> int:
        oldest = time.time() - index.frozen_seconds
        expired = connection.execute(
            "SELECT id, length(CAST(raw AS BLOB)) FROM events"
            " WHERE index_id = ? AND time < ? ORDER BY time LIMIT ?",
            (index.id, oldest, CHUNK),
        ).fetchall()
        if not expired:
            row = connection.execute("SELECT bytes FROM indexes WHERE id = ?", (index.id,)).fetchone()
            excess = row[0] - index.max_mb * MIB if row else 0
            if excess > 0:
                expired = _oldest(connection, index, excess)
        connection.executemany("DELETE FROM events WHERE id = ?", [(event_id,) for event_id, _ in expired])
        connection.execute(
            "UPDATE indexes SET bytes = bytes - ?, events = events - ? WHERE id = ?",
            (sum(size for _, size in expired), len(expired), index.id),
        )
        return len(expired)

    return change


def _oldest(connection: sqlite3.Connection, index: Index, excess: int) -> list[tuple[int, int]]:
    rows = connection.execute(
        "SELECT id, length(CAST(raw AS BLOB)) FROM events WHERE index_id = ? ORDER BY time LIMIT ?",
        (index.id, CHUNK),
    )
    chosen: list[tuple[int, int]] = []
    for event_id, size in rows:
        if excess <= 0:
            break
        chosen.append((event_id, size))
        excess -= size
    return chosen
