"""Events on their way into the index: rows stored in one step with the channel's acknowledgement."""

import sqlite3
import time
from collections import Counter
from typing import Any, Final, NamedTuple

from embedded.splunk.errors import IndexGoneError
from embedded.splunk.store import Store, Write

REMEMBERED: Final = 100_000
"""Reported ackIds that are remembered for a channel."""


class Event(NamedTuple):
    """One event as it is stored. `time` is epoch seconds; `fields` are indexed fields as JSON, or None."""

    index_id: int
    time: float
    host: str
    source: str
    sourcetype: str
    raw: str
    fields: str | None


def storing(events: list[Event], channel: tuple[str, str] | None) -> Write:
    """The change that stores the events and, for a channel (token, channel id), returns its next ackId.

    The ackId is counted up in the same transaction, so an id that was given out stands for stored events,
    also after kill -9. It fails with IndexGoneError when an index is there no more.
    """
    now = time.time()
    rows = [(e.index_id, e.time, now, e.host, e.source, e.sourcetype, e.raw, e.fields) for e in events]
    sizes: Counter[int] = Counter()
    counts = Counter(event.index_id for event in events)
    for event in events:
        sizes[event.index_id] += len(event.raw.encode())

    def change(connection: sqlite3.Connection) -> int | None:
        connection.executemany(
            "INSERT INTO events (index_id, time, index_time, host, source, sourcetype, raw, fields)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        updated = connection.executemany(
            "UPDATE indexes SET bytes = bytes + ?, events = events + ? WHERE id = ?",
            [(sizes[index_id], count, index_id) for index_id, count in counts.items()],
        )
        if updated.rowcount != len(counts):
            raise IndexGoneError("An index of these events has just been removed.")
        if channel is None:
            return None
        cursor = connection.execute(
            "INSERT INTO channels VALUES (?, ?, 1)"
            " ON CONFLICT (token, channel) DO UPDATE SET next_ack = next_ack + 1 RETURNING next_ack - 1",
            channel,
        )
        ack_id: int = cursor.fetchone()[0]
        return ack_id

    return change


class Acknowledgements:
    """Which ackIds of a channel are durable and not yet reported.

    Splunk reports an ackId once and then forgets it ("About HTTP Event Collector Indexer Acknowledgment").
    Here a restart forgets only what had been reported: ids given out before it are still answered with true.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reported: dict[tuple[str, str], set[int]] = {}

    def query(self, channel: tuple[str, str], ack_ids: list[int]) -> dict[int, bool]:
        """For each id whether its events are durable; an id is answered with true only once."""
        with self._store.read() as connection:
            row: Any = connection.execute(
                "SELECT next_ack FROM channels WHERE token = ? AND channel = ?", channel
            ).fetchone()
        given_out = row[0] if row else 0
        reported = self._reported.setdefault(channel, set())
        answer = {ack_id: 0 <= ack_id < given_out and ack_id not in reported for ack_id in ack_ids}
        if len(reported) > REMEMBERED:
            # An id forgotten here can be reported twice, which tells its client nothing wrong.
            reported.clear()
        reported.update(ack_id for ack_id, durable in answer.items() if durable)
        return answer
