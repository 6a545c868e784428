"""What one operator of a task holds, as those see it who keep it in bounds or write it down."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Reversible
from itertools import islice
from typing import Any, Final

from embedded.ksql.state.disk import Disk, Part

PIECE: Final = 1000
"""Rows in a piece of a dump."""

_SAMPLE: Final = 16


class State(ABC):
    """A part of a task's state: subclasses say what.

    An entry is in memory or on disk (`part`), never on both. What is on disk comes back to memory when it is
    used, or is read there; whoever uses the state does not notice.
    """

    part: Part | None = None
    """Where its entries on disk are; None while it has never had any."""

    @abstractmethod
    def rows(self) -> int:
        """How many rows it holds, without a walk."""

    @abstractmethod
    def in_memory(self) -> int:
        """How many of them are in memory."""

    @abstractmethod
    def sample(self) -> Iterable[Any]:
        """Some of the entries in memory, one for each row, to see how large they are."""

    @abstractmethod
    def spill(self, count: int, disk: Disk) -> None:
        """Moves about `count` of its rows to disk, those first that are the least likely to be used."""

    @abstractmethod
    def dump(self) -> Iterator[Any]:
        """What is in memory, in pieces of plain Python values."""

    @abstractmethod
    def load(self, piece: Any) -> None:
        """Takes a piece of a dump. Nothing else may have been put into it."""

    @abstractmethod
    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Takes entries of a dumped state's disk, into memory, before any piece of its `dump`."""

    def on(self, disk: Disk) -> Part:
        """Its part of the disk."""
        if self.part is None:
            self.part = disk.part()
        return self.part


class Moment(State):
    """A state that holds no rows, only a few values: `dump` and `load` say which."""

    def rows(self) -> int:
        """None."""
        return 0

    def in_memory(self) -> int:
        """None."""
        return 0

    def sample(self) -> Iterable[Any]:
        """Nothing."""
        return ()

    def spill(self, count: int, disk: Disk) -> None:
        """Does nothing."""

    def load_spilled(self, entries: list[tuple[bytes, Any]]) -> None:
        """Does nothing: it never has any."""


def pieces(entries: Iterable[Any]) -> Iterator[list[Any]]:
    """Entries by lists of `PIECE`."""
    left = iter(entries)
    while piece := list(islice(left, PIECE)):
        yield piece


def some(entries: Reversible[Any]) -> Iterator[Any]:
    """A few of the first and of the last of many entries."""
    yield from islice(entries, _SAMPLE)
    yield from islice(reversed(entries), _SAMPLE)
