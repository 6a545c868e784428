"""How much memory values take."""

import gc
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

SLOT: Final = 100
"""Bytes that a dictionary takes for an entry, on average of all fillings."""

_NOT_HELD: Final = (type, ModuleType, FunctionType, BuiltinFunctionType)


def share(value: Any) -> float:
    """The bytes of memory that a value takes, and all it refers to.

    What others refer to as well is shared out equally among all references: the sum over all that is held
    is right, however often a row is held.
    """
    total = 0.0
    level: list[tuple[Any, float]] = [(value, 1.0)]
    while level:
        below: list[tuple[Any, float]] = []
        for each, part in level:
            total += part * sys.getsizeof(each)
            referents = gc.get_referents(each)
            below += [(child, part) for child in referents if not isinstance(child, _NOT_HELD)]
            del referents
        level = []
        while below:
            child, part = below.pop()
            owners = sys.getrefcount(child) - 2  # without this function and the one that counts
            level.append((child, part / max(1, owners)))
    return total


def average(values: Iterable[Any]) -> float:
    """The mean `share` of some values, with their place in a dictionary; 0 of none."""
    sizes = [share(value) + SLOT for value in values]
    return sum(sizes) / len(sizes) if sizes else 0.0
