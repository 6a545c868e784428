"""CAST: which types can become which, and the functions that do it."""

import base64
import math
from collections.abc import Callable
from decimal import Decimal as Exact
from typing import Any

from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.expressions import instants
from embedded.ksql.expressions.arithmetic import double_text, fit, i32, i64, plain, text
from embedded.ksql.expressions.javamap import hash_order
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

Convert = Callable[[Any], Any]


def _truncate(value: float, low: int, high: int) -> int:
    if math.isnan(value):
        return 0
    return max(low, min(high, int(value) if not math.isinf(value) else (high if value > 0 else low)))


def _parse_integer(low: int, high: int) -> Convert:
    def parse(raw: str) -> int:
        bare = raw.strip()
        digits = bare[1:] if bare[:1] in {"+", "-"} else bare
        if not digits.isdecimal():
            raise ValueError(f"For input string: {raw!r}")
        number = int(bare)
        if not low <= number <= high:
            raise ValueError(f"out of range: {raw!r}")
        return number

    return parse


def parse_double(raw: str) -> float:
    """A DOUBLE from text; infinities and NaN are refused (ksqlDB's SqlDoubles)."""
    bare = raw.strip()
    if "_" in bare or not bare:
        raise ValueError(f"Invalid double value: {raw!r}")
    if bare[-1] in "dDfF":
        bare = bare[:-1]
    number = float(bare)
    if math.isinf(number) or math.isnan(number):
        raise ValueError(f"Invalid double value: {raw!r}")
    return number


def parse_boolean(raw: str) -> bool | None:
    """True for a prefix of true or yes, False for one of false or no, else None (SqlBooleans)."""
    bare = raw.strip().lower()
    if bare and ("true".startswith(bare) or "yes".startswith(bare)):
        return True
    if bare and ("false".startswith(bare) or "no".startswith(bare)):
        return False
    return None


def parse_decimal(raw: str) -> Exact:
    """A decimal from text as Java's BigDecimal reads it."""
    bare = raw.strip()
    if "_" in bare or not any(c.isdigit() for c in bare):
        raise ValueError(f"not a number: {raw!r}")
    return Exact(bare)


_INT = _parse_integer(-(2**31), 2**31 - 1)
_LONG = _parse_integer(-(2**63), 2**63 - 1)

_SIMPLE: dict[tuple[str, str], Convert] = {
    ("BOOLEAN", "STRING"): text,
    ("INTEGER", "BIGINT"): int,
    ("INTEGER", "DOUBLE"): float,
    ("INTEGER", "STRING"): str,
    ("BIGINT", "INTEGER"): i32,
    ("BIGINT", "DOUBLE"): float,
    ("BIGINT", "STRING"): str,
    ("DECIMAL", "INTEGER"): lambda v: i32(int(v)),
    ("DECIMAL", "BIGINT"): lambda v: i64(int(v)),
    ("DECIMAL", "DOUBLE"): float,
    ("DECIMAL", "STRING"): plain,
    ("DOUBLE", "INTEGER"): lambda v: _truncate(v, -(2**31), 2**31 - 1),
    ("DOUBLE", "BIGINT"): lambda v: _truncate(v, -(2**63), 2**63 - 1),
    ("DOUBLE", "STRING"): double_text,
    ("STRING", "BOOLEAN"): lambda v: parse_boolean(v) is True,
    ("STRING", "INTEGER"): _INT,
    ("STRING", "BIGINT"): _LONG,
    ("STRING", "DOUBLE"): parse_double,
    ("STRING", "TIMESTAMP"): lambda v: instants.parse_timestamp(v.strip()),
    ("STRING", "TIME"): lambda v: instants.parse_time(v.strip()),
    ("STRING", "DATE"): lambda v: instants.parse_date(v.strip()),
    ("STRING", "BYTES"): lambda v: base64.b64decode(v.strip(), validate=True),
    ("TIMESTAMP", "STRING"): instants.format_timestamp,
    ("TIMESTAMP", "TIME"): instants.timestamp_to_time,
    ("TIMESTAMP", "DATE"): instants.timestamp_to_date,
    ("DATE", "TIMESTAMP"): lambda v: v * instants.DAY_MS,
    ("TIME", "STRING"): instants.format_time,
    ("DATE", "STRING"): instants.format_date,
}


def converter(source: Type, target: Type) -> Convert | None:
    """The function that casts non-null values of `source` to `target`; None when nothing is to be done.

    Raises:
        InvalidError: ksqlDB has no such cast.
    """
    if source == target:
        return None
    found = _structured(source, target)
    if found is not None:
        return found
    if isinstance(target, Decimal) and source.name in {"INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "STRING"}:
        return _to_decimal(source, target)
    simple = _SIMPLE.get((source.name, target.name))
    if simple is None:
        raise InvalidError(f"Cast of {source} to {target} is not supported")
    return simple


def _to_decimal(source: Type, target: Decimal) -> Convert:
    precision, scale = target.precision, target.scale
    if source.name == "STRING":
        return lambda v: fit(parse_decimal(v), precision, scale)
    if source.name == "DOUBLE":
        # Java: new BigDecimal(double, MathContext(precision)), that is, the exact binary value, rounded
        return lambda v: fit(round_to(Exact(v), precision), precision, scale)
    return lambda v: fit(Exact(v), precision, scale)


def round_to(value: Exact, precision: int) -> Exact:
    """`value` rounded half up to `precision` significant digits."""
    digits = len(value.as_tuple().digits)
    if digits <= precision:
        return value
    exponent = int(value.as_tuple().exponent) + digits - precision
    return value.quantize(Exact(1).scaleb(exponent), rounding="ROUND_HALF_UP")


def nullable(convert: Convert | None) -> Convert:
    """`convert` for values that may be null."""
    if convert is None:
        return lambda v: v
    return lambda v: None if v is None else convert(v)


def _structured(source: Type, target: Type) -> Convert | None:
    try:
        if isinstance(source, Array) and isinstance(target, Array):
            item = nullable(converter(source.item, target.item))
            return lambda v: [item(x) for x in v]
        if isinstance(source, Map) and isinstance(target, Map):
            key = nullable(converter(source.key, target.key))
            value = nullable(converter(source.value, target.value))
            return lambda v: {key(k): value(x) for k, x in v.items()}
        if isinstance(source, Struct) and isinstance(target, Struct):
            return _struct(source, target)
    except InvalidError as error:
        raise InvalidError(f"Cast of {source} to {target} is not supported") from error
    if isinstance(source, Array | Map | Struct) and target.name == "STRING":
        if not _has_text(source):
            raise UnsupportedError(
                f"the text of {source} is not supported: it has times or bytes within", feature="CAST"
            )
        return lambda v: show(source, v)
    return None


def _struct(source: Struct, target: Struct) -> Convert:
    places = {name: (i, type_) for i, (name, type_) in enumerate(source.fields)}
    moves: list[tuple[int, Convert]] = []
    for name, type_ in target.fields:
        if name in places:
            index, from_type = places[name]
            moves.append((index, nullable(converter(from_type, type_))))
        else:
            moves.append((-1, lambda _: None))
    return lambda v: tuple(None if i < 0 else move(v[i]) for i, move in moves)


def _has_text(kind: Type) -> bool:
    """Whether `show` knows the text of a type."""
    if isinstance(kind, Array):
        return _has_text(kind.item)
    if isinstance(kind, Map):
        return _has_text(kind.key) and _has_text(kind.value)
    if isinstance(kind, Struct):
        return all(_has_text(inner) for _, inner in kind.fields)
    return kind.name not in {"TIMESTAMP", "DATE", "TIME", "BYTES"}


def show(kind: Type, value: Any) -> str:
    """A value as Java's toString shows it, for casts of arrays, maps and structs to STRING."""
    if value is None:
        return "null"
    if isinstance(kind, Array):
        return "[" + ", ".join(show(kind.item, x) for x in value) + "]"
    if isinstance(kind, Map):
        shown = (f"{show(kind.key, k)}={show(kind.value, value[k])}" for k in hash_order(value))
        return "{" + ", ".join(shown) + "}"
    if isinstance(kind, Struct):
        shown = (f"{n}={show(t, x)}" for (n, t), x in zip(kind.fields, value, strict=True) if x is not None)
        return "Struct{" + ",".join(shown) + "}"
    return text(value)
