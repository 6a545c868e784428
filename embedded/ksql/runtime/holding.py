"""Holds records back until it is known which of several partitions has the oldest one.

Kafka Streams does the same: a task waits while a partition has records on the broker that have not been
fetched (Kafka documentation, `max.task.idle.ms`). Without it an instance that catches up would take whatever
happens to arrive first, and a join would miss what lies a moment behind on the other side.
"""

import time
from collections.abc import Mapping
from typing import Final

from embedded.ksql.record import Record
from embedded.ksql.runtime.cluster import Input
from embedded.ksql.runtime.intake import Source, Taken

PATIENCE: Final = 0.1
"""Seconds that records are held back at most: a partition without a leader must not stop the others."""


class Holding:
    """A `Source` whose records come in the order of their timestamps across partitions."""

    def __init__(self, bootstrap: str) -> None:
        self._source = Source(bootstrap)
        self._held: dict[Input, list[Record]] = {}
        self._ends: dict[Input, int] = {}
        self._since: float | None = None

    def read_from(self, starts: Mapping[Input, int]) -> None:
        """Read these partitions, each from the given offset, and no others."""
        for key in self._held:
            self._source.read_again(key)
        self._held.clear()
        self._ends.clear()
        self._since = None
        self._source.read_from(starts)

    def take(self, timeout: float) -> Taken:
        """The records whose turn it is, waiting at most `timeout` seconds for the first to come in.

        Raises:
            RuntimeFailureError: a partition cannot be read.
        """
        taken = self._source.take(0.002 if self._held else timeout)
        for key, records in taken.records.items():
            held = self._held.get(key)
            if held is None:
                self._held[key] = records
            else:
                held += records
            self._ends.pop(key, None)
        self._ends |= taken.ends
        released = Taken(missing=taken.missing, records=self._release() if self._held else {})
        for key in [key for key in self._ends if key not in self._held]:
            released.ends[key] = self._ends.pop(key)
        return released

    def _release(self) -> dict[Input, list[Record]]:
        waiting = self._source.unfetched()
        missing = waiting.difference(self._held)
        now = time.monotonic()
        self._since = self._since or now
        if missing and now - self._since < PATIENCE:
            return {}
        self._since = None
        open_ended = [self._held[key][-1].timestamp for key in waiting.intersection(self._held)]
        if not open_ended or len(self._held) == 1:
            released, self._held = self._held, {}
            return released
        return self._up_to(min(open_ended), {key for key in waiting if key in self._held})

    def _up_to(self, limit: int, waiting: set[Input]) -> dict[Input, list[Record]]:
        released: dict[Input, list[Record]] = {}
        first = min(waiting, key=lambda key: (self._held[key][-1].timestamp, key))
        for key, records in list(self._held.items()):
            stop = len(records)
            if key != first:
                stop = next((i for i, record in enumerate(records) if record.timestamp > limit), stop)
            if stop:
                released[key] = records[:stop]
            if stop == len(records):
                del self._held[key]
            else:
                self._held[key] = records[stop:]
        return released

    def close(self) -> None:
        """Close the consumer."""
        self._source.close()
