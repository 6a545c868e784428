"""Reads the records again that a journal names, in the order in which it names them."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from embedded.ksql.record import Record
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.intake import Source
from embedded.ksql.runtime.journal import Run

AHEAD: Final = 50_000
"""Records of one partition that are kept in memory before they are needed."""


class Replay:
    """Committed records by ranges of offsets."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._source = Source(cluster.bootstrap, fetch_wait_ms=2)
        self._ahead: dict[Input, deque[Record]] = {}
        self._next: dict[Input, int] = {}
        self._ends: dict[Input, int] = {}
        self._taken: dict[Input, int] = {}
        self._starts: dict[Input, int] = {}
        self._stops: dict[Input, int] = {}

    def expect(self, runs: Sequence[Run]) -> None:
        """Begin to read these runs, which will be taken in any order."""
        self._starts |= self._cluster.starts(run.input for run in runs if run.input not in self._starts)
        self._stops |= self._cluster.ends((run.input for run in runs), committed=False)
        for run in runs:
            self._go_to(run.input, run.start)

    def gone(self, run: Run) -> str:
        """What of a run Kafka has deleted since, in words; empty when it has all of it."""
        if not self._is_there(run):
            return f"topic {run.topic} was deleted"
        first = self._first(run.input)
        if run.start < first:
            where = f"topic {run.topic}, partition {run.partition}"
            return f"offsets {run.start} to {first - 1} of {where}, were deleted"
        return ""

    def take(self, run: Run) -> list[Record]:
        """The run's records, without those that are `gone`.

        Raises:
            RuntimeFailureError: Kafka does not give them within the time limit.
        """
        key = run.input
        if not self._is_there(run):
            return []
        self._go_to(key, run.start)
        ahead = self._ahead[key]
        deadline = time.monotonic() + clients.TIMEOUT
        while not (ahead and ahead[-1].offset >= run.stop - 1) and self._ends.get(key, -1) < run.stop:
            if self._read():
                deadline = time.monotonic() + clients.TIMEOUT
            elif time.monotonic() > deadline:
                raise RuntimeFailureError(f"{key[0]}, partition {key[1]}, cannot be read up to {run.stop}")
        self._taken[key] = run.stop
        records = []
        while ahead and ahead[0].offset < run.stop:
            record = ahead.popleft()
            if record.offset >= run.start:
                records.append(record)
        return records

    def _is_there(self, run: Run) -> bool:
        """Whether the topic exists, and was not made anew with fewer records."""
        if self._cluster.partitions(run.topic) is None:
            return False
        if run.stop > self._stops.get(run.input, -1):
            self._stops |= self._cluster.ends([run.input], committed=False)
        return run.stop <= self._stops[run.input]

    def _first(self, key: Input) -> int:
        if key not in self._starts:
            self._starts |= self._cluster.starts([key])
        return self._starts[key]

    def _go_to(self, key: Input, offset: int) -> None:
        offset = max(offset, self._first(key))
        if offset < self._taken.get(key, offset + 1):
            self._ahead[key] = deque()
            self._ends.pop(key, None)
            self._next[key] = offset
        self._taken[key] = offset

    def _read(self) -> bool:
        self._source.read_from({key: at for key, at in self._next.items() if len(self._ahead[key]) < AHEAD})
        taken = self._source.take(0.5)
        for key, records in taken.records.items():
            self._ahead[key].extend(records)
            self._next[key] = records[-1].offset + 1
            self._ends.pop(key, None)
        for key, end in taken.ends.items():
            self._ends[key] = self._next[key] = end
        return bool(taken.records or taken.ends)

    def forget(self) -> None:
        """Stop reading ahead; nothing more will be taken from where it was."""
        self._next.clear()
        self._taken.clear()
        self._ahead.clear()
        self._ends.clear()

    def close(self) -> None:
        """Close the consumer."""
        self._source.close()
