"""Literals: numbers, texts, truth values."""

import math
from decimal import Decimal
from typing import Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.stream import TokenStream

_INT_MIN: Final = -(2**31)
_INT_MAX: Final = 2**31 - 1
_LONG_MAX: Final = 2**63 - 1


def decimal_type(value: Decimal) -> types.Type:
    """The type of a DECIMAL literal, as ksqlDB's DecimalUtil.fromValue finds it."""
    _, digits, exponent = value.as_tuple()
    scale = max(-int(exponent), 0)
    if -1 < value < 1:
        return types.decimal(scale + 1, scale)
    precision = len(digits) + max(int(exponent), 0)
    return types.decimal(precision, scale)


def literal(reader: TokenStream) -> tree.Constant:  # noqa: PLR0911 - a branch for each case
    """A literal: NULL, TRUE, FALSE, a string or a number with an optional minus."""
    place = reader.place
    if reader.accept("NULL"):
        return tree.Constant(None, None, place=place)
    if reader.accept("TRUE"):
        return tree.Constant(value=True, type=types.BOOLEAN, place=place)
    if reader.accept("FALSE"):
        return tree.Constant(value=False, type=types.BOOLEAN, place=place)
    if reader.token.kind == "string":
        return tree.Constant(reader.take().text, types.STRING, place=place)
    sign = "-" if reader.accept("-") else ""
    token = reader.token
    if token.kind == "integer":
        reader.take()
        number = int(sign + token.text)
        if not -_LONG_MAX - 1 <= number <= _LONG_MAX:
            raise InvalidError(
                f"Invalid numeric literal: {sign}{token.text}", line=place.line, column=place.column
            )
        fits = _INT_MIN <= number <= _INT_MAX
        return tree.Constant(number, types.INTEGER if fits else types.BIGINT, place=place)
    if token.kind == "decimal":
        reader.take()
        exact = Decimal(sign + token.text)
        return tree.Constant(exact, decimal_type(exact), place=place)
    if token.kind == "float":
        reader.take()
        double = float(sign + token.text)
        if math.isinf(double):
            raise InvalidError(
                f"Number overflows DOUBLE: {sign}{token.text}", line=place.line, column=place.column
            )
        return tree.Constant(double, types.DOUBLE, place=place)
    raise reader.error()
