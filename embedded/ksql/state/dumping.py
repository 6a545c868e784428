"""A task's states in pieces of bytes, none of them large, and back."""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from embedded.ksql.errors import DataError
from embedded.ksql.state.held import State, pieces

_ABOUT = -1
Entries = Iterator[tuple[bytes, bytes]]
"""Keys and encoded entries of a disk."""


def about(stream_time: int, states: Iterable[State]) -> bytes:
    """The first piece: the time in ms, and what states there are."""
    return pickle.dumps((_ABOUT, stream_time, [type(state).__name__ for state in states]), protocol=5)


def parts(states: Iterable[State]) -> list[tuple[int, int]]:
    """For each state that has been on disk its place, and the number of its part of the disk."""
    return [(place, state.part.number) for place, state in enumerate(states) if state.part is not None]


def spilled(found: Iterable[tuple[int, int]], entries: Callable[[int], Entries]) -> Iterator[bytes]:
    """The pieces of what is on disk, which come before those of memory: it is older.

    Args:
        found: what `parts` has returned.
        entries: gives a part's entries by its number, of the same moment.
    """
    for place, number in found:
        for piece in pieces(entries(number)):
            yield pickle.dumps((place, True, piece), protocol=5)


def in_memory(states: Iterable[State]) -> Iterator[bytes]:
    """The pieces of what is in memory."""
    for place, state in enumerate(states):
        for piece in state.dump():
            yield pickle.dumps((place, False, piece), protocol=5)


def everything(states: Sequence[State]) -> Iterator[bytes]:
    """All pieces but the first."""
    mine = {state.part.number: state.part for state in states if state.part is not None}
    yield from spilled(parts(states), lambda number: mine[number].items())
    yield from in_memory(states)


def restore(data: bytes, states: Sequence[State], stream_time: int) -> int:
    """Puts a piece into the states.

    Returns:
        The stream time in ms, which the first piece may have changed.

    Raises:
        DataError: it is not of a snapshot of a task with these states.
    """
    try:
        place, where, piece = pickle.loads(data)  # noqa: S301 - snapshots are the engine's own
        if place == _ABOUT:
            if piece != [type(state).__name__ for state in states]:
                raise DataError("not a snapshot of this stage: it has other states")
            return int(where)
        _put(states[place], piece, on_disk=where)
    except (pickle.UnpicklingError, ValueError, EOFError, TypeError, IndexError) as error:
        raise DataError(f"not a snapshot of this stage: {error}") from error
    return stream_time


def _put(state: State, piece: Any, *, on_disk: bool) -> None:
    if on_disk:
        state.load_spilled(piece)
    else:
        state.load(piece)
