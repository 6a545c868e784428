"""Records as Kafka carries them, and those that could not be processed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

ANY_PARTITION: Final = -1


@dataclass(slots=True, unsafe_hash=True)
class Record:
    """One Kafka record, not to be changed (a frozen one takes three times as long to make).

    `timestamp` is milliseconds since 1970. `partition` of a record that a task puts out is
    `ANY_PARTITION` until `Stage.partition` has chosen one; `offset` is -1 until the broker gives one.
    `headers` are (name, value) pairs in order. `memo` is the engine's own: what it knows of the record's
    contents without reading them again.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp: int
    partition: int = 0
    offset: int = -1
    headers: tuple[tuple[str, bytes | None], ...] = ()
    memo: Any = field(default=None, init=False, repr=False, compare=False)


class RowRecord(Record):
    """A record whose value is written when it is asked for: most of those that are handed on never are.

    Args:
        row: what `write` makes the value of.
    """

    __slots__ = ("_row", "_write")

    def __init__(  # noqa: PLR0917 - the fields of a record
        self,
        topic: str,
        key: bytes | None,
        row: Any,
        write: Callable[[Any], bytes | None],
        timestamp: int,
        headers: tuple[tuple[str, bytes | None], ...],
    ) -> None:
        self.topic = topic
        self.key = key
        self._row = row
        self._write = write
        self.timestamp = timestamp
        self.partition = ANY_PARTITION
        self.offset = -1
        self.headers = headers
        self.memo = None

    @property
    def value(self) -> bytes | None:  # type: ignore[override]  # the one of Record can be set
        """The value, written now."""
        return self._write(self._row)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that a query could not process, where it was, and the reason."""

    topic: str
    partition: int
    offset: int
    query_id: str
    reason: str
    record: Record
