"""Snapshots of workers in Kafka: where a restarted instance, or another one, begins to recover."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from embedded.ksql.record import Record
from embedded.ksql.runtime.errors import RuntimeFailureError

CHUNK: Final = 512 * 1024
"""Bytes in one record: half of what a broker takes by default."""

VERSION: Final = 2
"""Of the layout of a snapshot and of the states in it; every change of either is a new one."""

_HEAD: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class ReaderState:
    """One reader as a snapshot has it."""

    stage: str
    partition: int
    positions: Mapping[str, int]
    attached: tuple[str, ...]
    task: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A worker's whole state. `journal` is the offset of the first journal record that is not in it."""

    journal: int
    seen: Mapping[str, int]
    readers: tuple[ReaderState, ...]


def encode(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes: a JSON description, then the tasks' own bytes."""
    head: dict[str, Any] = {
        "journal": snapshot.journal,
        "seen": dict(snapshot.seen),
        "readers": [
            [r.stage, r.partition, dict(r.positions), list(r.attached), len(r.task)] for r in snapshot.readers
        ],
    }
    described = orjson.dumps(head)
    return b"".join([_HEAD.pack(VERSION, len(described)), described, *(r.task for r in snapshot.readers)])


def decode(data: bytes) -> Snapshot:
    """The snapshot that `encode` made.

    Raises:
        RuntimeFailureError: it is one of another version.
    """
    version, length = _HEAD.unpack_from(data)
    if version != VERSION:
        raise RuntimeFailureError(
            f"the state was kept by another version of the engine (snapshot {version}, this one reads "
            f"{VERSION}): terminate the queries with that version, or destroy the stack and bring it up anew"
        )
    head = orjson.loads(data[_HEAD.size : _HEAD.size + length])
    at = _HEAD.size + length
    readers = []
    for stage, partition, positions, attached, size in head["readers"]:
        readers.append(ReaderState(stage, partition, positions, tuple(attached), data[at : at + size]))
        at += size
    return Snapshot(head["journal"], head["seen"], tuple(readers))


def chunks(journal: int, data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The key and value of each record that a snapshot's bytes are cut into."""
    count = max(1, -(-len(data) // CHUNK))
    for number in range(count):
        yield b"%d/%d/%d" % (journal, number + 1, count), data[number * CHUNK : (number + 1) * CHUNK]


def latest(records: Iterable[Record]) -> Snapshot | None:
    """The newest snapshot that is complete among these records; None when none is."""
    parts: dict[int, dict[int, bytes]] = {}
    best: tuple[int, bytes] | None = None
    for record in records:
        journal, number, count = map(int, (record.key or b"").split(b"/"))
        found = parts.setdefault(journal, {})
        found[number] = record.value or b""
        if len(found) == count and (best is None or journal >= best[0]):
            best = (journal, b"".join(found[n] for n in range(1, count + 1)))
    return decode(best[1]) if best else None
