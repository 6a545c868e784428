"""Functions of numbers."""

import math
import random as randomness
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP
from decimal import Decimal as Exact
from functools import reduce
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions.arithmetic import WIDE, double_div, i32, i64, set_scale
from embedded.ksql.expressions.coercion import widen
from embedded.ksql.functions.registry import scalar
from embedded.ksql.types import Decimal, Type

_NUMBERS: Final = ("INTEGER", "BIGINT", "DOUBLE")


def _first(kinds: Sequence[Type | None]) -> Type:
    kind = kinds[0]
    if not isinstance(kind, Decimal):
        raise InvalidError(f"expected a DECIMAL, got {kind}")
    return kind


def _whole(kinds: Sequence[Type | None]) -> Type:
    kind = _first(kinds)
    assert isinstance(kind, Decimal)  # noqa: S101 - `_first` has checked it
    return types.decimal(max(kind.precision - kind.scale, 1), 0)


def _scale(value: Exact, places: int, rounding: str) -> Exact:
    return value.quantize(Exact(1).scaleb(-places), rounding=rounding, context=WIDE)


def _half(value: Exact, places: int) -> Exact:
    return _scale(value, places, ROUND_HALF_UP if value > 0 else ROUND_HALF_DOWN)


@scalar("ABS", "INTEGER -> INTEGER", safe=True)
def abs_integer(value: int | None) -> int | None:
    """The absolute value."""
    return None if value is None else i32(abs(value))


@scalar("ABS", "BIGINT -> BIGINT", safe=True)
def abs_bigint(value: int | None) -> int | None:
    """The absolute value."""
    return None if value is None else i64(abs(value))


@scalar("ABS", "DOUBLE -> DOUBLE", safe=True)
def abs_double(value: float | None) -> float | None:
    """The absolute value."""
    return None if value is None else abs(value)


@scalar("ABS", "DECIMAL -> DECIMAL", returns=_first, safe=True)
def abs_decimal(value: Exact | None) -> Exact | None:
    """The absolute value."""
    return None if value is None else value.copy_abs()


@scalar("CEIL", "INTEGER -> INTEGER", "BIGINT -> BIGINT", safe=True)
@scalar("FLOOR", "INTEGER -> INTEGER", "BIGINT -> BIGINT", safe=True)
def same_number(value: int | None) -> int | None:
    """A whole number itself."""
    return value


@scalar("CEIL", "DOUBLE -> DOUBLE", safe=True)
def ceil_double(value: float | None) -> float | None:
    """The least whole number that is not smaller."""
    if value is None or not math.isfinite(value):
        return value
    return math.copysign(float(math.ceil(value)), value)


@scalar("FLOOR", "DOUBLE -> DOUBLE", safe=True)
def floor_double(value: float | None) -> float | None:
    """The greatest whole number that is not larger."""
    return value if value is None or not math.isfinite(value) else float(math.floor(value))


@scalar("CEIL", "DECIMAL -> DECIMAL", returns=_first)
def ceil_decimal(value: Exact | None) -> Exact | None:
    """The least whole number that is not smaller, with the same scale."""
    if value is None:
        return None
    return set_scale(_scale(value, 0, ROUND_CEILING), -int(value.as_tuple().exponent))


@scalar("FLOOR", "DECIMAL -> DECIMAL", returns=_first)
def floor_decimal(value: Exact | None) -> Exact | None:
    """The greatest whole number that is not larger, with the same scale."""
    if value is None:
        return None
    return set_scale(_scale(value, 0, ROUND_FLOOR), -int(value.as_tuple().exponent))


def _clamped(value: float) -> int:
    if math.isnan(value):
        return 0
    return max(
        -(2**63), min(2**63 - 1, int(value) if math.isfinite(value) else int(math.copysign(2**63, value)))
    )


@scalar("ROUND", "INTEGER -> BIGINT", "BIGINT -> BIGINT")
def round_whole(value: int | None) -> int:
    """A whole number itself; null is an error, as its parameter is a primitive in ksqlDB."""
    if value is None:
        raise ValueError("null")
    return value


@scalar("ROUND", "DOUBLE -> BIGINT", safe=True)
def round_double(value: float | None) -> int | None:
    """The nearest whole number, halves upwards (Math.round)."""
    if value is None:
        return None
    if not math.isfinite(value):
        return _clamped(value)
    down = math.floor(value)
    return _clamped(down + 1 if value - down >= 0.5 else down)  # noqa: PLR2004 - a half


@scalar("ROUND", "DOUBLE, INTEGER -> DOUBLE")
def round_places(value: float | None, places: int | None) -> float | None:
    """Rounded to so many decimals, halves away from zero for positive numbers only."""
    return None if value is None or places is None else float(_half(Exact(repr(value)), places))


@scalar("ROUND", "DECIMAL -> DECIMAL", returns=_whole)
def round_decimal(value: Exact | None) -> Exact | None:
    """Rounded to a whole number."""
    return None if value is None else _half(value, 0)


@scalar("ROUND", "DECIMAL, INTEGER -> DECIMAL", returns=_first)
def round_decimal_places(value: Exact | None, places: int | None) -> Exact | None:
    """Rounded to so many decimals, with the same scale."""
    if value is None or places is None:
        return None
    return set_scale(_half(value, places), -int(value.as_tuple().exponent))


@scalar("TRUNC", "INTEGER -> BIGINT", "BIGINT -> BIGINT", safe=True)
def trunc_whole(value: int | None) -> int | None:
    """A whole number itself."""
    return value


@scalar("TRUNC", "DOUBLE -> BIGINT", safe=True)
def trunc_double(value: float | None) -> int | None:
    """Cut off to a whole number."""
    return None if value is None else _clamped(value)


@scalar("TRUNC", "DOUBLE, INTEGER -> DOUBLE")
def trunc_places(value: float | None, places: int | None) -> float | None:
    """Cut off to so many decimals."""
    return None if value is None or places is None else float(_scale(Exact(repr(value)), places, ROUND_DOWN))


@scalar("TRUNC", "DECIMAL -> DECIMAL", returns=_whole)
def trunc_decimal(value: Exact | None) -> Exact | None:
    """Cut off to a whole number."""
    return None if value is None else _scale(value, 0, ROUND_DOWN)


@scalar("TRUNC", "DECIMAL, INTEGER -> DECIMAL", returns=_first)
def trunc_decimal_places(value: Exact | None, places: int | None) -> Exact | None:
    """Cut off to so many decimals, with the same scale."""
    if value is None or places is None:
        return None
    return set_scale(_scale(value, places, ROUND_DOWN), -int(value.as_tuple().exponent))


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        odd = exponent == math.floor(exponent) and exponent % 2 == 1
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _log(value: float) -> float:
    if value > 0:
        return math.log(value)
    return -math.inf if value == 0 else math.nan


def _hyperbolic(function: Callable[[float], float], *, even: bool) -> Callable[[float], float]:
    def apply(value: float) -> float:
        try:
            return function(value)
        except OverflowError:
            return math.inf if even else math.copysign(math.inf, value)

    return apply


def _or_nan(function: Callable[[float], float]) -> Callable[[float], float]:
    def apply(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return math.nan

    return apply


def _one(name: str, function: Callable[[float], float]) -> None:
    def call(value: float | None) -> float | None:
        return None if value is None else function(float(value))

    scalar(name, *(f"{kind} -> DOUBLE" for kind in _NUMBERS), safe=True)(call)


def _two(name: str, function: Callable[[float, float], float]) -> None:
    def call(one: float | None, two: float | None) -> float | None:
        return None if one is None or two is None else function(float(one), float(two))

    scalar(name, *(f"{kind}, {kind} -> DOUBLE" for kind in _NUMBERS), safe=True)(call)


_one("ACOS", _or_nan(math.acos))
_one("ASIN", _or_nan(math.asin))
_one("ATAN", math.atan)
_one("CBRT", lambda v: v if not math.isfinite(v) else math.cbrt(v))
_one("COS", _or_nan(math.cos))
_one("COSH", _hyperbolic(math.cosh, even=True))
_one("COT", lambda v: double_div(1.0, _or_nan(math.tan)(v)))
_one("DEGREES", math.degrees)
_one("EXP", _exp)
_one("LN", _log)
_one("LOG", _log)
_one("RADIANS", math.radians)
_one("SIN", _or_nan(math.sin))
_one("SINH", _hyperbolic(math.sinh, even=False))
_one("SQRT", _or_nan(math.sqrt))
_one("TAN", _or_nan(math.tan))
_one("TANH", math.tanh)
_two("ATAN2", math.atan2)
_two("POWER", _power)
_two("LOG", lambda base, v: math.nan if base <= 0 or base == 1 else double_div(_log(v), _log(base)))


@scalar("SIGN", *(f"{kind} -> INTEGER" for kind in _NUMBERS), safe=True)
def sign(value: float | None) -> int | None:
    """-1, 0 or 1."""
    return None if value is None else (value > 0) - (value < 0)


@scalar("PI", " -> DOUBLE", safe=True)
def pi() -> float:
    """The number pi."""
    return math.pi


@scalar("RANDOM", " -> DOUBLE", safe=True)
def random() -> float:
    """A random number from 0 up to 1."""
    return randomness.random()  # noqa: S311 - no secret is made of it


_ORDERED = ("INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP")


def _widest(kinds: Sequence[Type | None]) -> Type:
    present = [kind for kind in kinds if kind is not None]
    return reduce(widen, present)


@scalar("GREATEST", *(f"{kind}, {kind}... -> {kind}" for kind in _ORDERED), safe=True)
@scalar("GREATEST", "DECIMAL, DECIMAL... -> DECIMAL", returns=_widest, safe=True)
def greatest(*values: Any) -> Any:
    """The greatest value that is not null."""
    return max((value for value in values if value is not None), default=None)


@scalar("LEAST", *(f"{kind}, {kind}... -> {kind}" for kind in _ORDERED), safe=True)
@scalar("LEAST", "DECIMAL, DECIMAL... -> DECIMAL", returns=_widest, safe=True)
def least(*values: Any) -> Any:
    """The least value that is not null."""
    return min((value for value in values if value is not None), default=None)
