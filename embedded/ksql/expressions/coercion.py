"""One type for a list of expressions: ARRAY[…], MAP(…) and IN lists (ksqlDB's CoercionUtil)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from decimal import Decimal as Exact
from decimal import Inexact
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions import instants
from embedded.ksql.expressions.arithmetic import fit_exactly, plain, text
from embedded.ksql.expressions.casts import converter, parse_boolean, parse_decimal, parse_double
from embedded.ksql.language import tree
from embedded.ksql.language.literals import decimal_type
from embedded.ksql.language.show import show
from embedded.ksql.language.tree import Expression
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

_ORDER: Final = {"INTEGER": 0, "BIGINT": 1, "DECIMAL": 2, "DOUBLE": 3}
TypeOf = Callable[[Expression], Type | None]


def as_decimal(kind: Type) -> Decimal:
    """The DECIMAL that holds every value of a DECIMAL, INTEGER or BIGINT type."""
    if isinstance(kind, Decimal):
        return kind
    return types.decimal(10 if kind.name == "INTEGER" else 19, 0)


def widen(left: Type, right: Type) -> Decimal:
    """The DECIMAL that holds every value of both."""
    a, b = as_decimal(left), as_decimal(right)
    scale = max(a.scale, b.scale)
    return types.decimal(max(a.precision - a.scale, b.precision - b.scale) + scale, scale)


def coerce(expressions: Sequence[Expression], type_of: TypeOf) -> tuple[Type | None, list[Expression]]:
    """The common type of `expressions` (None when all are NULL), and each cast to it.

    Raises:
        InvalidError: they have none.
    """
    common: Type | None = None
    for each in expressions:
        common = _common(each, common, type_of)
    if common is None:
        return None, list(expressions)
    return common, [_convert(each, type_of(each), common) for each in expressions]


def _common(item: Expression, target: Type | None, type_of: TypeOf) -> Type | None:  # noqa: C901, PLR0911 - a branch for each case
    kind = type_of(item)
    if target is None or kind is None:
        return kind if target is None else target
    if isinstance(item, tree.MakeArray):
        if not isinstance(target, Array):
            raise _failure(item, kind, target)
        return types.array(_nested(item, kind, target, target.item, item.items, type_of))
    if isinstance(item, tree.MakeMap):
        if not isinstance(target, Map):
            raise _failure(item, kind, target)
        key = _nested(item, kind, target, target.key, item.keys, type_of)
        return types.map_of(key, _nested(item, kind, target, target.value, item.values, type_of))
    if isinstance(item, tree.MakeStruct):
        if not isinstance(target, Struct):
            raise _failure(item, kind, target)
        return _struct(item, target, type_of)
    literal = isinstance(item, tree.Constant)
    if isinstance(item, tree.Constant) and isinstance(item.value, str):
        if target.name in _ORDER:
            return _number_in_text(item.value, target)
        if target.name == "BOOLEAN":
            if parse_boolean(item.value) is None:
                raise _syntax(item.value, target)
            return target
    found = coercible(kind, target, lax=literal) or coercible(target, kind, lax=literal)
    if found is None:
        raise _failure(item, kind, target)
    return found


def _nested(  # noqa: PLR0917 - a branch for each case
    item: Expression,
    kind: Type,
    target: Type,
    inner: Type,
    parts: Sequence[Expression],
    type_of: TypeOf,
) -> Type:
    common: Type | None = inner
    try:
        for part in parts:
            common = _common(part, common, type_of)
    except InvalidError as error:
        if "invalid input syntax" in error.message:
            raise
        raise _failure(item, kind, target) from error
    return common or inner


def _struct(item: tree.MakeStruct, target: Struct, type_of: TypeOf) -> Type:
    ours = dict(zip(item.names, item.values, strict=True))
    theirs = dict(target.fields)
    members: list[tuple[str, Type]] = []
    for name in dict.fromkeys([*item.names, *theirs]):
        kind = theirs.get(name)
        if name in ours:
            kind = _common(ours[name], kind, type_of)
        if kind is None:
            raise InvalidError(f"the type of field {name} is not known")
        members.append((name, kind))
    return types.struct(*members)


def coercible(source: Type, target: Type, *, lax: bool) -> Type | None:  # noqa: PLR0911 - a branch for each case
    """The type that values of `source` take when coerced to `target`; None when they cannot be."""
    if isinstance(source, Array) and isinstance(target, Array):
        item = coercible(source.item, target.item, lax=lax)
        return types.array(item) if item else None
    if isinstance(source, Map) and isinstance(target, Map):
        key = coercible(source.key, target.key, lax=lax)
        value = coercible(source.value, target.value, lax=lax)
        return types.map_of(key, value) if key and value else None
    if isinstance(source, Struct) and isinstance(target, Struct):
        return _coercible_struct(source, target, lax=lax)
    if source.name in _ORDER and target.name in _ORDER:
        if _ORDER[source.name] > _ORDER[target.name]:
            return None
        return widen(source, target) if target.name == "DECIMAL" else target
    if isinstance(source, Array | Map | Struct) or isinstance(target, Array | Map | Struct):
        return None
    if source.name == target.name or (
        source.name == "STRING" and target.name in {"TIMESTAMP", "TIME", "DATE", "BYTES"}
    ):
        return target
    if lax and (
        (target.name == "STRING" and source.name != "BYTES")
        or (source.name == "STRING" and target.name in {*_ORDER, "BOOLEAN"})
    ):
        return target
    return None


def _coercible_struct(source: Struct, target: Struct, *, lax: bool) -> Type | None:
    ours, theirs = dict(source.fields), dict(target.fields)
    members: list[tuple[str, Type]] = []
    for name in dict.fromkeys([*ours, *theirs]):
        if name in ours and name in theirs:
            kind = coercible(ours[name], theirs[name], lax=lax)
            if kind is None:
                return None
        else:
            kind = ours.get(name) or theirs[name]
        members.append((name, kind))
    return types.struct(*members)


def _number_in_text(raw: str, target: Type) -> Type:
    try:
        number = parse_decimal(raw)
    except (ValueError, ArithmeticError) as error:
        raise _syntax(raw, target) from error
    source: Type = decimal_type(number)
    if not any(c in raw for c in ".eE"):
        whole = int(number)
        if abs(whole) < 2**31 - 1:
            source = types.INTEGER
        elif abs(whole) < 2**63 - 1:
            source = types.BIGINT
    if target.name == "DOUBLE":
        return types.DOUBLE
    if "DECIMAL" in {source.name, target.name}:
        return widen(source, target)
    return target if _ORDER[source.name] <= _ORDER[target.name] else source


def _convert(item: Expression, kind: Type | None, common: Type) -> Expression:
    if kind is None or kind == common:
        return item
    if isinstance(item, tree.Constant):
        return tree.Constant(literal(item.value, common), common, place=item.place)
    return tree.Cast(item, common, place=item.place)


def literal(value: Any, target: Type) -> Any:
    """A literal's value as one of `target` (ksqlDB's lax coercion).

    Raises:
        InvalidError: it is not one.
    """
    if value is None:
        return None
    try:
        if isinstance(target, Decimal):
            exact = value if isinstance(value, Exact) else parse_decimal(text(value))
            return fit_exactly(exact, target.precision, target.scale)
        if target.name == "STRING":
            return plain(value) if isinstance(value, Exact) else text(value)
        if not isinstance(value, str):
            return float(value) if target.name == "DOUBLE" else value
        return _parse(value.strip(), target)
    except (ValueError, ArithmeticError, Inexact, binascii.Error) as error:
        raise _syntax(value, target) from error


def _parse(raw: str, target: Type) -> Any:  # noqa: PLR0911 - a branch for each case
    if target.name == "BOOLEAN":
        return parse_boolean(raw)
    if target.name == "DOUBLE":
        return parse_double(raw)
    if target.name == "TIMESTAMP":
        return instants.parse_timestamp(raw)
    if target.name == "DATE":
        return instants.parse_date(raw)
    if target.name == "TIME":
        return instants.parse_time(raw)
    if target.name == "BYTES":
        return base64.b64decode(raw, validate=True)
    convert = converter(types.STRING, target)
    return raw if convert is None else convert(raw)


def _syntax(value: object, target: Type) -> InvalidError:
    return InvalidError(f'invalid input syntax for type {target.name}: "{value}".')


def _failure(item: Expression, source: Type, target: Type) -> InvalidError:
    return InvalidError(
        f"operator does not exist: {target} = {source} ({show(item)})\n"
        "Hint: You might need to add explicit type casts.",
        line=item.place.line,
        column=item.place.column,
    )
