"""What the operators of one task share: the record at hand, the outputs, the state."""

from collections.abc import Callable
from typing import Any

from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.state.held import State

Forward = Callable[[Any, Any, int], None]
"""Takes a stream's row: key bytes (or None), row (a list, or None), timestamp in ms."""

Change = Callable[[Any, Any, Any, int], None]
"""Takes a table's change: key bytes, new row, old row, timestamp in ms."""


class Context:
    """The record that a task works on, what it has put out, and its states."""

    __slots__ = ("failed", "outputs", "query_id", "record", "states", "stream_time")

    def __init__(self, query_id: str, failed: Callable[[DeadLetter], None]) -> None:
        self.query_id = query_id
        self.failed = failed
        self.record: Record = Record("", None, None, 0)
        self.outputs: list[Record] = []
        self.states: list[State] = []
        self.stream_time = -1

    def dead_letter(self, reason: str) -> None:
        """Reports the record at hand as one that cannot be processed."""
        record = self.record
        self.failed(DeadLetter(record.topic, record.partition, record.offset, self.query_id, reason, record))
