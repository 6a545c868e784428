"""What a worker's journal says: which records went to which reader, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from embedded.ksql.runtime.cluster import Input


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive records of one partition, and the stages that each of them went to.

    `start` is the first record's offset, `stop` the one after the last record's. Control records, and
    records of transactions that were given up, may lie between them.
    """

    topic: str
    partition: int
    start: int
    stop: int
    stages: tuple[str, ...]

    @property
    def input(self) -> Input:
        """The partition that was read."""
        return (self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs whose records were merged by their timestamps (`merge.merged`)."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Born:
    """A reader is new: whatever a reader of that name held before counts no more."""

    stage: str
    partition: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A reader goes on from `offset` of an input, reading from Kafka."""

    stage: str
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Attached:
    """From here on a reader gets a topic's records handed on, without reading them from Kafka."""

    stage: str
    topic: str
    partition: int


Event = Batch | Born | Placed | Attached


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal record: what one transaction did, or that a worker changed hands.

    Args:
        by: the transactional id of the instance that wrote it.
        kind: `work` for a transaction, `claim` for an instance that takes the worker over, `release` for
            one that has given it up in good order.
        events: in the order in which they happened.
        seen: for each topic that is handed on, the offset up to which others' records have been read.
    """

    by: str
    kind: Literal["work", "claim", "release"] = "work"
    events: Sequence[Event] = ()
    seen: Mapping[str, int] = field(default_factory=dict)


def _event(event: Event) -> list[Any]:
    match event:
        case Batch(runs):
            return ["b", [[r.topic, r.partition, r.start, r.stop, list(r.stages)] for r in runs]]
        case Born(stage, partition):
            return ["n", stage, partition]
        case Placed(stage, topic, partition, offset):
            return ["p", stage, topic, partition, offset]
        case Attached(stage, topic, partition):
            return ["a", stage, topic, partition]


def encode(entry: Entry) -> bytes:
    """The entry as the journal holds it."""
    return orjson.dumps(
        {
            "by": entry.by,
            "kind": entry.kind,
            "events": [_event(event) for event in entry.events],
            "seen": dict(entry.seen),
        }
    )


def _decoded(event: list[Any]) -> Event:
    match event:
        case ["b", runs]:
            return Batch(tuple(Run(t, p, start, stop, tuple(stages)) for t, p, start, stop, stages in runs))
        case ["n", stage, partition]:
            return Born(stage, partition)
        case ["p", stage, topic, partition, offset]:
            return Placed(stage, topic, partition, offset)
        case ["a", stage, topic, partition]:
            return Attached(stage, topic, partition)
        case _:
            raise ValueError(f"the journal has an event that this version does not know: {event[:1]}")


def decode(data: bytes) -> Entry:
    """The entry that `encode` wrote.

    Raises:
        ValueError: it is none.
    """
    fields = orjson.loads(data)
    return Entry(
        by=fields["by"],
        kind=fields["kind"],
        events=tuple(_decoded(event) for event in fields["events"]),
        seen=fields["seen"],
    )
