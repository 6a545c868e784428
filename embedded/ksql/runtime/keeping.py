"""Writes snapshots to Kafka, large ones without keeping the queries from their work.

A fork of the process has the rows in memory as they are at that moment, for as long as it takes to write them
to a file; of the rows on disk the same moment is kept by links to their files. This process goes on. A thread
then takes both to Kafka. What a snapshot makes superfluous is deleted.
"""

import contextlib
import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from embedded.ksql.runtime import clients, snapshots
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.names import Names
from embedded.ksql.runtime.snapshots import CHUNK, Head, ReaderPlace, framed
from embedded.ksql.runtime.worker import Worker
from embedded.ksql.state import dumping
from embedded.ksql.state.disk import Frozen
from embedded.ksql.state.memory import Memory

log = logging.getLogger(__name__)

SMALL: Final = 1_000
"""Rows that are written at once: a fork would take longer."""

UNDER_WAY: Final = 64
"""Records that wait for Kafka at most: they are in memory."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What is to be kept of a worker: the stream's beginning, its readers' parts of the disk, and a file."""

    number: int
    at: int
    head: bytes
    parts: tuple[list[tuple[int, int]], ...]
    file: Path

    def spilled(self, entries: Callable[[int], dumping.Entries]) -> Iterator[bytes]:
        """The pieces that are on disk."""
        for reader, parts in enumerate(self.parts):
            for piece in dumping.spilled(parts, entries):
                yield framed(reader, piece)


class Keeper:
    """The snapshots of an instance's workers. `took` is how long the last one was under way, in seconds.

    Args:
        cluster: the cluster's topics.
        names: the application's names.
        memory: where the rows are; a fork leaves its files in its folder.
    """

    def __init__(self, cluster: Cluster, names: Names, memory: Memory) -> None:
        self._cluster = cluster
        self._names = names
        self._memory = memory
        self._child: tuple[int, list[_Share], Frozen | None] | None = None
        self._thread: threading.Thread | None = None
        self._producer: Producer | None = None
        self._begun = 0.0
        self.took = 0.0

    def begin(self, workers: Iterable[Worker]) -> bool:
        """Keep what the workers hold now, in the background if it is much; nothing may be open.

        Returns:
            Whether it was begun: not while the last one is under way.
        """
        if self._under_way():
            return False
        self._begun = time.monotonic()
        kept = [worker for worker in workers if worker.readers]
        rows = sum(reader.task.state_rows() for worker in kept for reader in worker.readers.values())
        if rows < SMALL or sys.platform != "linux":
            self.now(kept)
            self.took = time.monotonic() - self._begun
        else:
            self._fork(kept)
        return True

    def now(self, workers: Iterable[Worker]) -> None:
        """Keep what the workers hold now, and return when it is kept; nothing may be open."""
        self.finish()
        for worker in workers:
            if worker.readers:
                at = self._journal_end(worker)
                rest = (
                    framed(number, piece)
                    for number, reader in enumerate(worker.readers.values())
                    for piece in dumping.everything(reader.task.states)
                )
                self._send(worker.number, at, chain([_head(worker, at)], rest))

    def see_to(self) -> None:
        """Take what a fork has written on to Kafka, when it has."""
        self._under_way()

    def finish(self) -> None:
        """Wait for what is under way."""
        while self._under_way():
            time.sleep(0.01)

    def _journal_end(self, worker: Worker) -> int:
        place = (self._names.journal, worker.number)
        return self._cluster.ends([place], committed=False)[place]

    def _fork(self, workers: list[Worker]) -> None:
        shares = []
        for worker in workers:
            at = self._journal_end(worker)
            parts = tuple(dumping.parts(reader.task.states) for reader in worker.readers.values())
            file = self._memory.folder / f"snapshot-{worker.number}"
            shares.append(_Share(worker.number, at, _head(worker, at), parts, file))
        frozen = self._memory.freeze()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                # a killed parent's port, lock and connections must not live on in its child
                os.closerange(3, os.sysconf("SC_OPEN_MAX"))
                for worker, share in zip(workers, shares, strict=True):
                    _write(worker, share.file)
                status = 0
            finally:
                os._exit(status)  # nothing of the parent's clients may run its clean-up here
        self._child = (child, shares, frozen)

    def _under_way(self) -> bool:
        if self._child:
            pid, shares, frozen = self._child
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                return True
            self._child = None
            if status:
                log.error("a snapshot could not be written (exit %d); the next one is tried later", status)
            else:
                self._thread = threading.Thread(target=self._upload, args=(shares, frozen), daemon=True)
                self._thread.start()
        return self._thread is not None and self._thread.is_alive()

    def _upload(self, shares: list[_Share], frozen: Frozen | None) -> None:
        try:
            with contextlib.ExitStack() as stack:
                entries = stack.enter_context(frozen).items if frozen else _nothing
                for share in shares:
                    stream = chain([share.head], share.spilled(entries), _read(share.file))
                    self._send(share.number, share.at, stream)
                    share.file.unlink()
            self.took = time.monotonic() - self._begun
        except RuntimeFailureError as error:
            log.warning("%s; the next one is tried later", error)

    def _send(self, number: int, at: int, stream: Iterable[bytes]) -> None:
        producer = self._producer = self._producer or clients.plain(self._cluster.bootstrap)
        places: list[int | None] = []
        for key, value in snapshots.chunks(at, secrets.token_hex(4), stream):
            while len(producer) >= UNDER_WAY:
                producer.poll(0.1)
            producer.produce(
                self._names.snapshots,
                value,
                key,
                number,
                on_delivery=lambda error, message: places.append(None if error else message.offset()),
            )
            producer.poll(0)
        left = producer.flush(clients.TIMEOUT)
        taken = [place for place in places if place is not None]
        if left or len(taken) < len(places):
            raise RuntimeFailureError(f"Kafka did not take the snapshot of share {number}")
        self._cluster.forget_before(
            {(self._names.snapshots, number): min(taken), (self._names.journal, number): at}
        )


def _head(worker: Worker, at: int) -> bytes:
    """The beginning of a worker's stream: the head, and the first piece of every reader."""
    readers = worker.readers.values()
    places = tuple(ReaderPlace(r.key, r.partition, dict(r.positions), tuple(r.attached)) for r in readers)
    first = (framed(number, reader.task.about()) for number, reader in enumerate(readers))
    return b"".join([snapshots.encode(Head(at, dict(worker.seen), places)), *first])


def _write(worker: Worker, path: Path) -> None:
    """The rest of the stream, without what is on disk."""
    with path.open("wb") as file:
        for number, reader in enumerate(worker.readers.values()):
            for piece in dumping.in_memory(reader.task.states):
                file.write(framed(number, piece))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def _nothing(_: int) -> dumping.Entries:
    yield from ()
