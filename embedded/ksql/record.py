"""Records as Kafka carries them, and those that could not be processed."""

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


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that a query could not process, where it was, and the reason."""

    topic: str
    partition: int
    offset: int
    query_id: str
    reason: str
    record: Record
