"""COUNT and COUNT_DISTINCT."""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import UnsupportedError
from embedded.ksql.expressions.arithmetic import double_text
from embedded.ksql.functions.registry import Aggregate, aggregate
from embedded.ksql.types import Type

_LOG2M: Final = 14
_REGISTERS: Final = 1 << _LOG2M
_ALPHA_MM: Final = (0.7213 / (1 + 1.079 / _REGISTERS)) * _REGISTERS * _REGISTERS
_MASK: Final = 0xFFFFFFFF
_M: Final = 0x5BD1E995


@aggregate("COUNT", "T -> BIGINT")
def count(_: Sequence[Type | None], __: Sequence[Any], ___: Mapping[str, object]) -> Aggregate:
    """How many rows have a value."""
    return Aggregate(
        types.BIGINT,
        int,
        lambda state, value: state if value is None else state + 1,
        merge=lambda one, two: one + two,
        undo=lambda state, value: state if value is None else state - 1,
        text="{s} if {v} is None else {s} + 1",
    )


def _murmur(data: bytes) -> int:
    """Stream-lib's MurmurHash of bytes with seed -1."""
    length = len(data)
    h = (_MASK ^ length) & _MASK
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _MASK
        k = (k ^ (k >> 24)) * _M & _MASK
        h = (h * _M & _MASK) ^ k
    if length > whole:
        # Signed bytes, added by exclusive or, as the original does.
        tail = 0
        for i, byte in enumerate(data[whole:]):
            tail ^= ((byte - 256 if byte > 127 else byte) << (8 * i)) & _MASK  # noqa: PLR2004 - a signed byte
        h = (h ^ tail) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def _murmur_long(value: int) -> int:
    """Stream-lib's MurmurHash of a 64-bit number."""
    k = (value & _MASK) * _M & _MASK
    k ^= k >> 24
    h = k * _M & _MASK
    k = ((value >> 32) & _MASK) * _M & _MASK
    k ^= k >> 24
    h = h * _M & _MASK
    h ^= k * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def _hash(kind: str, value: Any) -> int:
    if kind in {"INTEGER", "BIGINT"}:
        return _murmur_long(value)
    if kind == "DOUBLE":
        return _murmur_long(struct.unpack(">q", struct.pack(">d", value))[0])
    if kind == "STRING":
        return _murmur(value.encode())
    if kind == "BOOLEAN":
        return _murmur(b"true" if value else b"false")
    return _murmur(double_text(value).encode())


def _leading_zeros(value: int) -> int:
    return 32 - value.bit_length()


def _offer(state: dict[int, int], hashed: int) -> dict[int, int]:
    register = hashed >> (32 - _LOG2M)
    run = _leading_zeros(((hashed << _LOG2M) & _MASK) | ((1 << (_LOG2M - 1)) + 1)) + 1
    if state.get(register, 0) >= run:
        return state
    return {**state, register: run}


def _cardinality(state: dict[int, int]) -> int:
    """HyperLogLog's estimate, as stream-lib computes it."""
    zeros = _REGISTERS - len(state)
    total = zeros + sum(1.0 / (1 << run) for run in state.values())
    estimate = _ALPHA_MM * (1 / total)
    if estimate <= 2.5 * _REGISTERS and zeros:
        return math.floor(_REGISTERS * math.log(_REGISTERS / zeros) + 0.5)
    return math.floor(estimate + 0.5)


def _merge(one: dict[int, int], two: dict[int, int]) -> dict[int, int]:
    merged = dict(one)
    for register, run in two.items():
        merged[register] = max(run, merged.get(register, 0))
    return merged


@aggregate("COUNT_DISTINCT", "T -> BIGINT")
def count_distinct(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """How many different values there are: ksqlDB's estimate by HyperLogLog, exact for small numbers."""
    kind = kinds[0].name if kinds[0] is not None else "STRING"
    if kind not in {"INTEGER", "BIGINT", "DOUBLE", "STRING", "BOOLEAN"}:
        raise UnsupportedError(f"COUNT_DISTINCT of {kinds[0]} is not supported", feature="COUNT_DISTINCT")
    return Aggregate(
        types.BIGINT,
        dict,
        lambda state, value: state if value is None else _offer(state, _hash(kind, value)),
        result=_cardinality,
        merge=_merge,
    )
