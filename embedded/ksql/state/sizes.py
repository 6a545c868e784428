"""How much memory values take."""

import gc
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

SLOT: Final = 100
"""Bytes that a dictionary takes for an entry, on average of all fillings."""

ALLOWANCE: Final = 1.3
"""What the process takes for rows, measured, over the sizes of their values: the allocator takes its share,
and some of the references that are counted hold nothing for long."""

_NOT_HELD: Final = (type, ModuleType, FunctionType, BuiltinFunctionType)


def share(value: Any, borrowed: int = 0) -> float:
    """The bytes of memory that a value takes, and all it refers to.

    What others refer to as well is shared out equally among all references: the sum over all that is held
    is right, however often a row is held. Of the references to what `value` consists of, `borrowed` are not
    counted.
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
            owners = sys.getrefcount(child) - 2 - borrowed  # without this function and the one that counts
            level.append((child, part / max(1, owners)))
        borrowed = 0
    return total


def average(values: Iterable[Any]) -> float:
    """The mean size of some entries, as pairs that are made for this; 0 of none."""
    pairs = list(values)  # so that nothing else refers to what they consist of
    sizes = [share(pair, borrowed=1) - sys.getsizeof(pair) + SLOT for pair in pairs]
    return ALLOWANCE * sum(sizes) / len(sizes) if sizes else 0.0
