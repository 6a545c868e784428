"""Numbers as Java computes them: wrapping integers, exact decimals, IEEE doubles; and their text."""

import math
from decimal import (
    ROUND_HALF_UP,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from functools import lru_cache
from typing import Any, Final

WIDE: Final = Context(prec=400, rounding=ROUND_HALF_UP)


def i32(value: int) -> int:
    """`value` wrapped to 32 bits."""
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def i64(value: int) -> int:
    """`value` wrapped to 64 bits."""
    return ((value + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


def int_div(left: int, right: int) -> int:
    """Division towards zero; raises ZeroDivisionError as Java's ArithmeticException."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def int_mod(left: int, right: int) -> int:
    """The remainder with the sign of the dividend."""
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def double_div(left: float, right: float) -> float:
    """IEEE division: by zero it gives an infinity or NaN."""
    left, right = float(left), float(right)
    if right == 0.0:
        if left == 0.0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)
    return left / right


def double_mod(left: float, right: float) -> float:
    """IEEE remainder with the sign of the dividend, NaN where undefined."""
    left, right = float(left), float(right)
    if right == 0.0 or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


@lru_cache(maxsize=256)
def _exact(precision: int) -> Context:
    return Context(prec=precision, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Clamped])


def set_scale(value: Decimal, scale: int) -> Decimal:
    """`value` with `scale` decimals; raises decimal.Inexact if that needs rounding."""
    return value.quantize(Decimal(1).scaleb(-scale), context=_exact(400))


def decimal_operation(operator: str, left: Decimal, right: Decimal, precision: int, scale: int) -> Decimal:
    """An operation on decimals that fails rather than rounds, as ksqlDB's does."""
    context = _exact(precision)
    if operator == "+":
        result = context.add(left, right)
    elif operator == "-":
        result = context.subtract(left, right)
    elif operator == "*":
        result = context.multiply(left, right)
    elif operator == "/":
        result = context.divide(left, right)
    else:
        result = WIDE.remainder(left, right)
    return set_scale(result, scale)


def negate(value: Decimal) -> Decimal:
    """The decimal with its sign changed; zero keeps its scale and has no sign."""
    return value.copy_negate() if value else value


def fit(value: Decimal, precision: int, scale: int) -> Decimal:
    """`value` rounded half up to DECIMAL(precision, scale); ArithmeticError if it is too large."""
    if abs(value) >= Decimal(10) ** (precision - scale):
        raise OverflowError(f"Numeric field overflow: {value} does not fit DECIMAL({precision}, {scale})")
    return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=WIDE)


def fit_exactly(value: Decimal, precision: int, scale: int) -> Decimal:
    """`value` as DECIMAL(precision, scale); ArithmeticError if it is too large or needs rounding."""
    if abs(value) >= Decimal(10) ** (precision - scale):
        raise OverflowError(f"Numeric field overflow: {value} does not fit DECIMAL({precision}, {scale})")
    return set_scale(value, scale)


def double_text(value: float) -> str:
    """A DOUBLE as Java's Double.toString writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + int(exponent)  # position of the decimal point in the digits
    prefix = "-" if sign else ""
    if 1e-3 <= abs(value) < 1e7:  # noqa: PLR2004 - the limits of Double.toString
        if point <= 0:
            return f"{prefix}0.{'0' * -point}{text}"
        whole, rest = text[:point].ljust(point, "0"), text[point:] or "0"
        return f"{prefix}{whole}.{rest}"
    return f"{prefix}{text[0]}.{text[1:] or '0'}E{point - 1}"


def plain(value: Decimal) -> str:
    """A decimal without an exponent (BigDecimal.toPlainString)."""
    return format(value, "f")


def text(value: Any) -> str:
    """A value as Java's String.valueOf writes it (for booleans, numbers and strings)."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)
