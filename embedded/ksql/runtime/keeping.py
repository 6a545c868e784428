"""Writes snapshots to Kafka, large ones without keeping the queries from their work.

A fork of the process has the state as it is at that moment, for as long as it takes to write it to a file;
this process goes on. A thread then takes the file to Kafka. What a snapshot makes superfluous is deleted.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from embedded.ksql.runtime import clients, snapshots
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.names import Names
from embedded.ksql.runtime.snapshots import ReaderState, Snapshot
from embedded.ksql.runtime.worker import Worker

log = logging.getLogger(__name__)

SMALL: Final = 1_000
"""Rows that are written at once: a fork would take longer."""


class Keeper:
    """The snapshots of an instance's workers. `took` is how long the last one was under way, in seconds.

    Args:
        cluster: the cluster's topics.
        names: the application's names.
        folder: where a fork leaves its files.
    """

    def __init__(self, cluster: Cluster, names: Names, folder: Path) -> None:
        self._cluster = cluster
        self._names = names
        self._folder = folder
        self._child: tuple[int, list[tuple[int, int, Path]]] | None = None
        self._thread: threading.Thread | None = None
        self._producer: Producer | None = None
        self._begun = 0.0
        self.took = 0.0
        for left in folder.glob("snapshot-*"):
            left.unlink()

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
                self._send(worker.number, at, _encoded(worker, at))

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
        parts = [
            (worker, self._journal_end(worker), self._folder / f"snapshot-{worker.number}")
            for worker in workers
        ]
        child = os.fork()
        if child == 0:
            status = 1
            try:
                # a killed parent's port, lock and connections must not live on in its child
                os.closerange(3, os.sysconf("SC_OPEN_MAX"))
                for worker, at, path in parts:
                    path.write_bytes(_encoded(worker, at))
                status = 0
            finally:
                os._exit(status)  # nothing of the parent's clients may run its clean-up here
        self._child = (child, [(worker.number, at, path) for worker, at, path in parts])

    def _under_way(self) -> bool:
        if self._child:
            pid, files = self._child
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                return True
            self._child = None
            if status:
                log.error("a snapshot could not be written (exit %d); the next one is tried later", status)
            else:
                self._thread = threading.Thread(target=self._upload, args=(files,), daemon=True)
                self._thread.start()
        return self._thread is not None and self._thread.is_alive()

    def _upload(self, files: list[tuple[int, int, Path]]) -> None:
        try:
            for number, at, path in files:
                self._send(number, at, path.read_bytes())
                path.unlink()
            self.took = time.monotonic() - self._begun
        except RuntimeFailureError as error:
            log.warning("%s; the next one is tried later", error)

    def _send(self, number: int, at: int, data: bytes) -> None:
        producer = self._producer = self._producer or clients.plain(self._cluster.bootstrap)
        places: list[int] = []
        for key, value in snapshots.chunks(at, data):
            producer.produce(
                self._names.snapshots,
                value,
                key,
                number,
                on_delivery=lambda error, message: None if error else places.append(message.offset() or 0),
            )
            producer.poll(0)
        if producer.flush(clients.TIMEOUT) or not places:
            raise RuntimeFailureError(f"Kafka did not take the snapshot of share {number}")
        self._cluster.forget_before(
            {(self._names.snapshots, number): min(places), (self._names.journal, number): at}
        )


def _encoded(worker: Worker, at: int) -> bytes:
    readers = tuple(
        ReaderState(r.key, r.partition, r.positions, tuple(r.attached), r.task.snapshot())
        for r in worker.readers.values()
    )
    return snapshots.encode(Snapshot(at, worker.seen, readers))
