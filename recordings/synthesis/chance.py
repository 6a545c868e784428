"""Draws that are the same for the same seed on every Python and every machine.

Only `random.random()` is promised to give one sequence for one seed in every Python version, so all else is
made of it.
"""

import hashlib
import random
from collections.abc import Sequence
from typing import Final, TypeVar

_Item = TypeVar("_Item")
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Chance:
    """A source of draws, fixed by its seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up traffic, no secrets

    def between(self, low: float, high: float) -> float:
        """A number from low to high, to a microsecond."""
        return round(low + (high - low) * self._random.random(), 6)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, items: Sequence[_Item]) -> _Item:
        """One of the items."""
        return items[int(self._random.random() * len(items))]

    def happens(self, probability: float) -> bool:
        """Whether something of that probability happens this time."""
        return self._random.random() < probability


def name_in_base62(told: str, length: int) -> str:
    """A name that follows from what is told, as Zeek's uids look."""
    number = int.from_bytes(hashlib.sha256(told.encode()).digest())
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(digits)


def hexadecimal(told: str, length: int) -> str:
    """Hexadecimal digits that follow from what is told."""
    return hashlib.sha512(told.encode()).hexdigest()[:length]
