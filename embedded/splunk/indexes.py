"""The indexes: their definitions, their sizes, and how long they keep what."""

import sqlite3
import threading
from dataclasses import dataclass
from typing import Final

from embedded.splunk.store import Store

DEFAULT_MAX_MB: Final = 500_000
"""indexes.conf: `maxTotalDataSizeMB`."""
DEFAULT_FROZEN_SECONDS: Final = 188_697_600
"""indexes.conf: `frozenTimePeriodInSecs`, six years."""
MAIN: Final = "main"
"""The index that is there from the start, and that a search without `index=` looks at."""
MIB: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Index:
    """One index: the most MiB of raw text that it keeps, and the oldest event time in seconds before now."""

    id: int
    name: str
    max_mb: int
    frozen_seconds: int


class Indexes:
    """All indexes, by name. A change returns after it is durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._by_name: dict[str, Index] = {}
        self._load()
        if MAIN not in self._by_name:
            self.create(MAIN, max_mb=DEFAULT_MAX_MB, frozen_seconds=DEFAULT_FROZEN_SECONDS)

    def get(self, name: str) -> Index | None:
        """The index of that name, None when there is none."""
        return self._by_name.get(name)

    def all(self) -> list[Index]:
        """Every index, sorted by name."""
        return sorted(self._by_name.values(), key=lambda index: index.name)

    def create(self, name: str, *, max_mb: int, frozen_seconds: int) -> None:
        """Add an index. The caller has checked that the name is free."""
        self._change(
            "INSERT INTO indexes (name, max_mb, frozen_seconds) VALUES (?, ?, ?)",
            name,
            max_mb,
            frozen_seconds,
        )

    def update(self, name: str, *, max_mb: int, frozen_seconds: int) -> None:
        """Set both limits of an index."""
        self._change(
            "UPDATE indexes SET max_mb = ?, frozen_seconds = ? WHERE name = ?", max_mb, frozen_seconds, name
        )

    def delete(self, name: str) -> None:
        """Remove an index and all of its events."""
        self._change("DELETE FROM events WHERE index_id = (SELECT id FROM indexes WHERE name = ?)", name)
        self._change("DELETE FROM indexes WHERE name = ?", name)

    def usage(self, index: Index) -> tuple[int, int]:
        """How many events an index holds, and the bytes of their raw text."""
        with self._store.read() as connection:
            row = connection.execute("SELECT events, bytes FROM indexes WHERE id = ?", (index.id,)).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def _change(self, statement: str, *values: str | int) -> None:
        def change(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        self._store.write(change).result()
        self._load()

    def _load(self) -> None:
        with self._lock, self._store.read() as connection:
            rows = connection.execute("SELECT id, name, max_mb, frozen_seconds FROM indexes").fetchall()
            self._by_name = {
                name: Index(id=id_, name=name, max_mb=max_mb, frozen_seconds=frozen)
                for id_, name, max_mb, frozen in rows
            }
