"""Records as Kafka carries them, and those that could not be processed."""

from dataclasses import dataclass
from typing import Final

ANY_PARTITION: Final = -1


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record.

    `timestamp` is milliseconds since 1970. `partition` of a record that a task puts out is
    `ANY_PARTITION` until `Stage.partition` has chosen one; `offset` is -1 until the broker gives one.
    `headers` are (name, value) pairs in order.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp: int
    partition: int = 0
    offset: int = -1
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that a query could not process, where it was, and the reason."""

    topic: str
    partition: int
    offset: int
    query_id: str
    reason: str
    record: Record
