"""Entries by key, as tables and groups have them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from embedded.ksql.state.disk import Disk, decode
from embedded.ksql.state.held import State, pieces, some


class Keyed(State):
    """Entries by key, for operators. Those that came to memory first go to disk first."""

    __slots__ = ("_hot", "_spilled")

    def __init__(self) -> None:
        self._hot: dict[bytes, Any] = {}
        self._spilled = 0

    def get(self, key: bytes) -> Any:
        """The entry of a key; None when there is none. What is changed in it stays changed."""
        found = self._hot.get(key)
        return self._thawed(key) if found is None and self._spilled else found

    def _thawed(self, key: bytes) -> Any:
        assert self.part is not None  # noqa: S101 - something has been spilled
        found = self.part.take(key)
        if found is not None:
            self._hot[key] = found
            self._spilled -= 1
        return found

    def put(self, key: bytes, entry: Any) -> None:
        """Remembers the entry of a key."""
        if self._spilled and key not in self._hot:
            self._thawed(key)
        self._hot[key] = entry

    def remove(self, key: bytes) -> None:
        """Forgets the entry of a key, if there is one."""
        if self._spilled and key not in self._hot:
            self._thawed(key)
        self._hot.pop(key, None)

    def rows(self) -> int:
        """How many entries there are."""
        return len(self._hot) + self._spilled

    def in_memory(self) -> int:
        """How many of them are in memory."""
        return len(self._hot)

    def sample(self) -> Iterable[Any]:
        """Some of those in memory."""
        return some(self._hot.items())

    def spill(self, count: int, disk: Disk) -> None:
        """Moves entries to disk."""
        oldest = list(islice(self._hot.items(), count))
        self.on(disk).put(oldest)
        for key, _ in oldest:
            del self._hot[key]
        self._spilled += len(oldest)

    def dump(self) -> Iterator[Any]:
        """The entries in memory."""
        return pieces(self._hot.items())

    def load(self, piece: Any) -> None:
        """Takes entries."""
        self._hot.update(piece)

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes entries of a disk."""
        self._hot.update((key, decode(value)) for key, value in entries)
