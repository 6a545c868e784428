"""Connections over time, counted in equal steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

STEPS: Final = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 86_400, 604_800)
"""The lengths of a step in seconds that a reader can name."""
MOST: Final = 72
"""So many steps fit into the width of a phone with a line to spare between two."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Connections that began in one step, which itself begins at `at` (seconds since 1970)."""

    at: float
    attributed: int
    unattributed: int
    detected: int
    """Of those attributed, how many a detection is about."""

    @property
    def all(self) -> int:
        """All connections of the step."""
        return self.attributed + self.unattributed


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The steps without a gap from the first connection to the last, each of `seconds`."""

    seconds: int
    steps: tuple[Step, ...]


def timeline(
    attributed: Iterable[float], unattributed: Iterable[float], detected: Iterable[float]
) -> Timeline:
    """Count connections by when they began, in seconds since 1970."""
    counted = [sorted(moments) for moments in (attributed, unattributed, detected)]
    ends = [end for moments in counted if moments for end in (moments[0], moments[-1])]
    if not ends:
        return Timeline(seconds=STEPS[0], steps=())
    span = max(ends) - min(ends)
    seconds = next((step for step in STEPS if span / step < MOST - 1), int(span // (MOST - 2)) + 1)
    first, last = int(min(ends) // seconds), int(max(ends) // seconds)
    counts = [[0] * (last - first + 1) for _ in counted]
    for moments, row in zip(counted, counts, strict=True):
        for moment in moments:
            row[int(moment // seconds) - first] += 1
    return Timeline(
        seconds=seconds,
        steps=tuple(
            Step(at=float((first + number) * seconds), attributed=known, unattributed=rest, detected=hit)
            for number, (known, rest, hit) in enumerate(zip(*counts, strict=True))
        ),
    )
