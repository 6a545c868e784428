"""Keeps what all tasks of an instance hold within a bound of memory."""

import ctypes
import gc
import logging
import shutil
import time
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from embedded.ksql.state.disk import Disk, Frozen
from embedded.ksql.state.held import State
from embedded.ksql.state.sizes import average

log = logging.getLogger(__name__)

SLACK: Final = 0.02
"""Of the limit, what is spilled beyond what must be, so that not every look ends in a little spilling."""

INTERVAL: Final = 2000
"""Records between two looks: some megabytes."""

TELL: Final = 60.0
"""Seconds between two lines of the log on how much is held."""

_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""glibc keeps what is freed between what is not until it is asked for it; other C libraries lack this."""

_CHANGED: Final = 0.25
"""A state whose rows have become so many more or less is looked at anew."""


class Holder(Protocol):
    """Who has states: a task."""

    @property
    def states(self) -> Sequence[State]:
        """All of them."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """How many rows somebody holds, and the bytes of those in memory, estimated from samples."""

    rows: int
    bytes_in_memory: int


class Memory:
    """The bound, and the disk for what is beyond it.

    Args:
        limit: bytes of rows in memory, at most.
        folder: where the rest goes; it is made anew, for this user alone.
        interval: after how many records it is time to look.

    `bytes_in_memory`, an estimate from samples, and `bytes_on_disk` are of the last look.
    """

    def __init__(self, limit: int, folder: Path, interval: int = INTERVAL) -> None:
        self.limit = limit
        self.folder = folder
        self.interval = interval
        self.bytes_in_memory = 0
        self.bytes_on_disk = 0
        self._told = 0.0
        self._disk: Disk | None = None
        self._averages: weakref.WeakKeyDictionary[State, tuple[int, float]] = weakref.WeakKeyDictionary()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)

    def see_to(self, holders: Iterable[Holder]) -> None:
        """Moves rows to disk if there are too many in memory: of all states the same share.

        Rows of one event lie in several states and share their values, so they have to go together.
        """
        states = [state for holder in holders for state in holder.states if state.in_memory()]
        held = self._weighed(states)
        if held > self.limit:
            share = 1 - (1 - SLACK) * self.limit / held
            disk = self._opened()
            disk.sweep()
            for state in states:
                state.spill(round(share * state.in_memory()), disk)
            held = self._weighed(states)
            if _TRIM is not None:
                _TRIM(0)
        self.bytes_in_memory = round(held)
        self.bytes_on_disk = self._disk.size() if self._disk else 0
        if self._disk and time.monotonic() - self._told > TELL:
            self._told = time.monotonic()
            log.info("rows held: %d MB in memory, %d MB on disk", held / 1e6, self.bytes_on_disk / 1e6)

    def held_by(self, holders: Iterable[Holder]) -> Held:
        """What these hold."""
        states = [state for holder in holders for state in holder.states]
        in_memory = [state for state in states if state.in_memory()]
        return Held(sum(state.rows() for state in states), round(self._weighed(in_memory)))

    def _weighed(self, states: Iterable[State]) -> float:
        return sum(self._average(state) * state.in_memory() for state in states)

    def _average(self, state: State) -> float:
        rows = state.in_memory()
        at, known = self._averages.get(state, (0, 0.0))
        if abs(rows - at) > _CHANGED * at:
            known = average(state.sample())
            self._averages[state] = (rows, known)
        return known

    def _opened(self) -> Disk:
        if self._disk is None:
            self._disk = Disk(self.folder / "disk")
            log.info("the queries hold more than %d MB: what is oldest goes to disk", self.limit >> 20)
        return self._disk

    def freeze(self) -> Frozen | None:
        """What is on disk now, for a snapshot; None when nothing is."""
        return self._disk.freeze(self.folder / "frozen") if self._disk else None

    def clear(self) -> None:
        """Forget all; tasks that have been there are used no more."""
        if self._disk:
            self._disk.close()
            self._disk = None
        gc.collect()  # tasks that are no more, before others fill the memory
