"""What changes, pushed to a page as server-sent events: in batches, at the pace that the page can take.

Of the WHATWG's HTML standard, "Server-sent events": `id` is what a browser sends back as Last-Event-ID when
it connects again. Here it is `<instance>-<version>`, so a page that was away is sent what it missed, and one
that knew an earlier console starts anew.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import orjson

from console.feed import Feed
from console.row import COLUMNS
from console.state import Changes, State
from infra import topics

BATCH: Final = 2_000
"""Rows in one event at most."""
PACE_SECONDS: Final = 0.2
"""Between two batches: what was revised several times in between is sent once."""
STATUS_SECONDS: Final = 1.0


class Stream:
    """The events of one page after the other."""

    def __init__(self, state: State, feed: Feed, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._state, self._feed, self._clock = state, feed, clock
        self._instance = uuid.uuid4().hex[:12]

    def version(self, last_event_id: str) -> int:
        """The version that a page has, by the last event's id; 0 where it has none of this console's."""
        instance, _, version = last_event_id.rpartition("-")
        return int(version) if instance == self._instance and version.isascii() and version.isdigit() else 0

    async def events(self, since: int) -> AsyncIterator[bytes]:
        """The events of a page that has version `since`, without end."""
        yield self._event("hello", orjson.dumps({"columns": COLUMNS, "anew": since == 0}))
        told = float("-inf")
        while True:
            changes = self._state.changes(since, BATCH)
            if changes.version != since:
                since = changes.version
                yield self._event("rows", self._rows(changes), since)
            if changes.is_all:
                if self._clock() - told >= STATUS_SECONDS:
                    told = self._clock()
                    yield self._event("status", orjson.dumps(self.status()))
                await asyncio.sleep(PACE_SECONDS)

    def status(self) -> dict[str, Any]:
        """How the console itself is."""
        return {
            "live": self._feed.is_live,
            "trouble": self._feed.trouble,
            "rate": round(self._feed.rate, 1),
            "dropped": self._state.dropped,
            "unreadable": self._state.unreadable.total(),
            "dead_letters": self._state.read[topics.DEAD_LETTERS],
            "now": time.time(),
        }

    def _rows(self, changes: Changes) -> bytes:
        rest = orjson.dumps({"floor": changes.floor, "gone": changes.gone, "all": changes.is_all})
        return rest[:-1] + b',"rows":[' + b",".join(changes.rows) + b"]}"

    def _event(self, name: str, data: bytes, version: int | None = None) -> bytes:
        identified = f"id: {self._instance}-{version}\n" if version is not None else ""
        return f"event: {name}\n{identified}data: ".encode() + data + b"\n\n"
