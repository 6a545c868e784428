"""Snapshots of workers in Kafka: where a restarted instance, or another one, begins to recover.

A snapshot is a stream of bytes, cut into records: a head, then the pieces of the tasks' states. It is written
and read piece by piece, as it may be larger than memory.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import orjson

from embedded.ksql.record import Record
from embedded.ksql.runtime.errors import RuntimeFailureError

CHUNK: Final = 512 * 1024
"""Bytes in one record: half of what a broker takes by default."""

VERSION: Final = 4
"""Of the layout of a snapshot and of the states in it; every change of either is a new one."""

_PAIR: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """One reader as a snapshot has it, without its state."""

    stage: str
    partition: int
    positions: Mapping[str, int]
    attached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What a snapshot begins with. `journal` is the offset of the first journal record that is not in it."""

    journal: int
    seen: Mapping[str, int]
    readers: tuple[ReaderPlace, ...]


def encode(head: Head) -> bytes:
    """The beginning of a snapshot's stream."""
    described = orjson.dumps(asdict(head))
    return _PAIR.pack(VERSION, len(described)) + described


def framed(reader: int, piece: bytes) -> bytes:
    """A piece of the state of the reader of this number in the head."""
    return _PAIR.pack(reader, len(piece)) + piece


def chunks(journal: int, name: str, stream: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The key and value of each record that a snapshot's stream is cut into.

    Args:
        journal: the offset that it belongs to.
        name: tells it apart from others of the same offset.
        stream: its bytes.

    A key says the number of the record, from 1, and in the last record how many there are, else 0.
    """
    number, buffer = 1, bytearray()
    for each in stream:
        buffer += each
        while len(buffer) > CHUNK:
            yield b"%d/%b/%d/0" % (journal, name.encode(), number), bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
            number += 1
    yield b"%d/%b/%d/%d" % (journal, name.encode(), number, number), bytes(buffer)


class Kept:
    """A snapshot in a file. Use as a context manager; the file is deleted then.

    Raises:
        RuntimeFailureError: it is one of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            version, length = _PAIR.unpack(file.read(_PAIR.size))
            if version != VERSION:
                raise _other(str(version))
            head = orjson.loads(file.read(length))
            self._start = file.tell()
        readers = (ReaderPlace(**each | {"attached": tuple(each["attached"])}) for each in head["readers"])
        self.head = Head(head["journal"], head["seen"], tuple(readers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink()

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """The pieces of the tasks' states in order, each with the number of its reader."""
        with self._path.open("rb") as file:
            file.seek(self._start)
            while pair := file.read(_PAIR.size):
                reader, length = _PAIR.unpack(pair)
                yield reader, file.read(length)


class Assembly:
    """Puts snapshots together from their records, each in a file of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._there: dict[tuple[int, str], set[int]] = {}
        self._best: tuple[int, str] | None = None

    def take(self, record: Record) -> None:
        """Takes a record.

        Raises:
            RuntimeFailureError: it belongs to a snapshot of another version.
        """
        parts = (record.key or b"").decode().split("/")
        if len(parts) != 4:  # noqa: PLR2004 - as `chunks` writes them
            raise _other("2")
        this = (int(parts[0]), parts[1])
        number, count = int(parts[2]), int(parts[3])
        there = self._there.setdefault(this, set())
        path = self._path(this)
        path.touch(mode=0o600)
        with path.open("r+b") as file:
            file.seek((number - 1) * CHUNK)
            file.write(record.value or b"")
        there.add(number)
        if count and len(there) == count and (self._best is None or this[0] >= self._best[0]):
            self._best = this

    def latest(self) -> Kept | None:
        """The newest snapshot that is complete; None when none is. The others are deleted."""
        for each in self._there:
            if each != self._best:
                self._path(each).unlink()
        return None if self._best is None else Kept(self._path(self._best))

    def _path(self, which: tuple[int, str]) -> Path:
        return self._folder / f"recovered-{which[0]}-{which[1]}"


def _other(version: str) -> RuntimeFailureError:
    return RuntimeFailureError(
        f"the state was kept by another version of the engine (snapshot {version}, this one reads "
        f"{VERSION}): terminate the queries with that version, or destroy the stack and bring it up anew"
    )
