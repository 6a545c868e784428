"""What compiling an expression gives, and the names that the compiled Python may use."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from embedded.ksql.expressions import arithmetic, instants
from embedded.ksql.expressions.casts import parse_decimal
from embedded.ksql.types import Type


@dataclass(frozen=True, slots=True)
class Code:
    """Python text of an expression.

    `type` is None for NULL. `nonnull` says that it is never None, `safe` that it never raises. `tried` is
    text that gives None where `text` raises, if there is a short one.
    """

    text: str
    type: Type | None
    nonnull: bool = False
    safe: bool = False
    tried: str = ""


class NullError(Exception):
    """A null where Java would throw a NullPointerException: the expression becomes null as a whole."""


def required(value: Any) -> Any:
    """`value`, which must not be null."""
    if value is None:
        raise NullError
    return value


def attempt(compute: Callable[[], Any]) -> Any:
    """What `compute` returns, or None when it raises: ksqlDB's nested error handling."""
    try:
        return compute()
    except Exception:  # noqa: BLE001 - any failure of an expression is a null, by ksqlDB's rule
        return None


def tried(function: Callable[..., Any], *arguments: Any) -> Any:
    """As `attempt`, of a call whose arguments are at hand."""
    try:
        return function(*arguments)
    except Exception:  # noqa: BLE001 - as in `attempt`
        return None


def converted(convert: Callable[[Any], Any], value: Any) -> Any:
    """A cast of a value that may be null or not fit: then null."""
    if value is None:
        return None
    try:
        return convert(value)
    except Exception:  # noqa: BLE001 - as in `attempt`
        return None


def array_item(items: list[Any] | None, index: int) -> Any:
    """items[index] counted from 1, or from the end when negative; None outside."""
    if items is None:
        return None
    place = index - 1 if index >= 0 else len(items) + index
    return items[place] if 0 <= place < len(items) else None


def member(value: Any, candidates: Sequence[Any]) -> bool:
    """Whether `value` is not null and one of `candidates`."""
    return value is not None and value in candidates


_LINE: Final = "[^\\n\\r\\u0085\\u2028\\u2029]"


def like_pattern(pattern: str, escape: str | None) -> re.Pattern[str]:
    """LIKE's pattern as a regular expression; like Java's `.`, wildcards do not cross line breaks.

    Raises:
        ValueError: the pattern ends with the escape character.
    """
    parts: list[str] = []
    escaped = False
    for char in pattern:
        if escaped:
            escaped = False
            parts.append(re.escape(char))
        elif char == escape:
            escaped = True
        elif char == "%":
            parts.append(_LINE + "*")
        elif char == "_":
            parts.append(_LINE)
        else:
            parts.append(re.escape(char))
    if escaped:
        raise ValueError("LIKE pattern must not end with escape character")
    return re.compile("".join(parts))


@lru_cache(maxsize=1024)
def _cached(pattern: str, escape: str | None) -> re.Pattern[str]:
    return like_pattern(pattern, escape)


def like(value: str | None, pattern: str | None, escape: str | None) -> bool:
    """Value LIKE pattern; a null raises, as in ksqlDB."""
    if value is None or pattern is None:
        raise NullError
    return _cached(pattern, escape).fullmatch(value) is not None


def concatenated(left: str | None, right: str | None) -> str:
    """Java's + of strings, where null reads "null"."""
    return ("null" if left is None else left) + ("null" if right is None else right)


def double_decimal(value: float) -> Decimal:
    """A DOUBLE as a decimal of its shortest text (BigDecimal.valueOf)."""
    return Decimal(repr(value))


RUNTIME: Final[dict[str, object]] = {
    "Decimal": Decimal,
    "NullError": NullError,
    "array_item": array_item,
    "attempt": attempt,
    "base64": base64,
    "concatenated": concatenated,
    "converted": converted,
    "decimal_operation": arithmetic.decimal_operation,
    "double_decimal": double_decimal,
    "double_div": arithmetic.double_div,
    "double_mod": arithmetic.double_mod,
    "i32": arithmetic.i32,
    "i64": arithmetic.i64,
    "int_div": arithmetic.int_div,
    "int_mod": arithmetic.int_mod,
    "like": like,
    "member": member,
    "negate": arithmetic.negate,
    "parse_date": instants.parse_date,
    "parse_decimal": parse_decimal,
    "parse_time": instants.parse_time,
    "parse_timestamp": instants.parse_timestamp,
    "required": required,
    "tried": tried,
}
