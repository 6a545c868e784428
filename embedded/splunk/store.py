"""The database beneath Splunk: one SQLite file, one writer thread, any number of readers.

A write is answered after its transaction is on disk: WAL with `synchronous=FULL` survives kill -9 and a power
cut (SQLite, "PRAGMA synchronous"). Writes that wait together share one transaction, so that the cost of the
disk's flush is paid once for all of them.
"""

import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from embedded.splunk.errors import StartError, StorageFullError

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL,
    max_mb INTEGER NOT NULL, frozen_seconds INTEGER NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (
    token TEXT NOT NULL, channel TEXT NOT NULL, next_ack INTEGER NOT NULL, PRIMARY KEY (token, channel));
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, index_id INTEGER NOT NULL, time REAL NOT NULL, index_time REAL NOT NULL,
    host TEXT NOT NULL, source TEXT NOT NULL, sourcetype TEXT NOT NULL, raw TEXT NOT NULL, fields TEXT);
CREATE INDEX IF NOT EXISTS events_by_time ON events (index_id, time);
"""
MAX_SHARED: Final = 64
"""Writes that one transaction takes at most, so that the first of them does not wait for long."""

Write = Callable[[sqlite3.Connection], Any]


class Store:
    """An open database.

    Raises:
        StartError: the file is not a database of this version, or cannot be written.
    """

    def __init__(self, path: Path, *, minimum_free_bytes: int) -> None:
        self._path = path
        self._minimum_free = minimum_free_bytes
        self._waiting: queue.SimpleQueue[tuple[Write, Future[Any]] | None] = queue.SimpleQueue()
        try:
            with closing(self._connect()) as connection:
                connection.executescript(SCHEMA)
        except sqlite3.Error as error:
            message = f"Splunk's database {path} cannot be opened: {error}."
            raise StartError(message, "Check the folder's permissions and free space.") from error
        self._thread = threading.Thread(target=self._write_forever, name="splunk-writer", daemon=True)
        self._thread.start()

    def write(self, change: Write) -> "Future[Any]":
        """Queue a change; the future has its result once it is durable.

        The future fails with StorageFullError when the disk is full, and with the change's own error.
        """
        future: Future[Any] = Future()
        self._waiting.put((change, future))
        return future

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees everything committed before it was opened."""
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection

    @property
    def has_room(self) -> bool:
        """Whether the disk has more free space than the minimum."""
        return shutil.disk_usage(self._path.parent).free > self._minimum_free

    def close(self) -> None:
        """Finish what is queued, then close the database."""
        self._waiting.put(None)
        self._thread.join()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 33554432")
        return connection

    def _write_forever(self) -> None:
        with closing(self._connect()) as connection:
            going = True
            while going:
                batch = []
                entry = self._waiting.get()
                while entry is not None:
                    batch.append(entry)
                    if len(batch) == MAX_SHARED or self._waiting.empty():
                        break
                    entry = self._waiting.get()
                going = entry is not None
                self._commit(connection, batch)

    def _commit(self, connection: sqlite3.Connection, batch: list[tuple[Write, "Future[Any]"]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for change, future in batch:
                if not future.set_running_or_notify_cancel():
                    continue
                connection.execute("SAVEPOINT change")
                try:
                    done.append((future, change(connection)))
                except sqlite3.OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001 - it belongs to whoever waits on the future
                    connection.execute("ROLLBACK TO change")
                    future.set_exception(error)
                connection.execute("RELEASE change")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            full = StorageFullError(f"{self._path} could not be written: {error}.", "Free space on the disk.")
            for _, future in batch:
                if not future.done():
                    future.set_exception(full)
            return
        for future, result in done:
            future.set_result(result)
