"""The order in which Java's HashMap lists its keys: some functions show it."""

from collections.abc import Iterable
from typing import Any


def string_hash(text: str) -> int:
    """Java's String.hashCode, as an unsigned number of 32 bits."""
    value = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(units), 2):
        value = (31 * value + (units[i] << 8 | units[i + 1])) & 0xFFFFFFFF
    return value


def _hash(key: Any) -> int:
    if key is None:
        return 0
    if isinstance(key, bool):
        return 1231 if key else 1237
    if isinstance(key, str):
        return string_hash(key)
    if isinstance(key, int):
        low = key & 0xFFFFFFFFFFFFFFFF
        return (low ^ (low >> 32)) & 0xFFFFFFFF if not -(2**31) <= key < 2**31 else key & 0xFFFFFFFF
    return hash(key) & 0xFFFFFFFF


def hash_order(keys: Iterable[Any], capacity: int | None = None) -> list[Any]:
    """`keys` (in order of insertion) in the order of a HashMap that began with `capacity` buckets.

    Without `capacity` it is a map that was made for as many keys as there are.
    """
    listed = list(keys)
    if capacity is None:
        capacity = 1 << max(len(listed) - 1, 0).bit_length()
    while len(listed) > capacity * 0.75:
        capacity *= 2
    buckets: dict[int, list[Any]] = {}
    for key in listed:
        spread = _hash(key)
        spread ^= spread >> 16
        buckets.setdefault(spread & (capacity - 1), []).append(key)
    return [key for index in sorted(buckets) for key in buckets[index]]
