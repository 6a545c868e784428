"""Code for signs, arithmetic and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions import instants
from embedded.ksql.expressions.code import Code
from embedded.ksql.expressions.coercion import as_decimal
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.types import Array, Decimal, Map, Struct, Type

if TYPE_CHECKING:
    from embedded.ksql.expressions.compiler import Compiler

_ORDER: Final = {"INTEGER": 0, "BIGINT": 1, "DECIMAL": 2, "DOUBLE": 3}
_TIMES: Final = frozenset({"TIME", "DATE", "TIMESTAMP"})
_NAMES: Final = {
    "=": "EQUAL",
    "<>": "NOT_EQUAL",
    "<": "LESS_THAN",
    "<=": "LESS_THAN_OR_EQUAL",
    ">": "GREATER_THAN",
    ">=": "GREATER_THAN_OR_EQUAL",
    "IS DISTINCT FROM": "IS_DISTINCT_FROM",
}
_PARSERS: Final = {
    "TIME": ("parse_time", instants.parse_time),
    "DATE": ("parse_date", instants.parse_date),
    "TIMESTAMP": ("parse_timestamp", instants.parse_timestamp),
}


def unary(compiler: Compiler, node: tree.Unary) -> Code:
    """-value, +value."""
    code = compiler.compile(node.value)
    if code.type is None or code.type.name not in _ORDER:
        raise InvalidError(f"{node.sign} does not apply to {code.type}: {show(node)}")
    value = code.text if code.nonnull else f"required({code.text})"
    if node.sign == "+":
        return Code(value, code.type, nonnull=True)
    if isinstance(code.type, Decimal):
        return Code(f"negate({value})", code.type, nonnull=True)
    return Code(_wrap(compiler, f"-{value}", code.type), code.type, nonnull=True)


_WRAPS: Final = {
    types.INTEGER: ("i32", "-2147483648", "2147483647"),
    types.BIGINT: ("i64", "-9223372036854775808", "9223372036854775807"),
}


def _wrap(compiler: Compiler, text: str, kind: Type) -> str:
    """Integer arithmetic wrapped to the width of its type: nearly always it fits as it is."""
    if kind not in _WRAPS:
        return f"({text})"
    (wrap, least, most), held = _WRAPS[kind], compiler.fresh()
    return f"({held} if {least} <= ({held} := {text}) <= {most} else {wrap}({held}))"


def decimal_result(operator: str, left: Decimal, right: Decimal) -> Decimal:
    """The DECIMAL that an operation on two decimals gives in ksqlDB."""
    p1, s1, p2, s2 = left.precision, left.scale, right.precision, right.scale
    if operator in {"+", "-"}:
        return types.decimal(max(s1, s2) + max(p1 - s1, p2 - s2) + 1, max(s1, s2))
    if operator == "*":
        return types.decimal(p1 + p2 + 1, s1 + s2)
    if operator == "/":
        scale = max(6, s1 + p2 + 1)
        return types.decimal(p1 - s1 + s2 + scale, scale)
    return types.decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))


def arithmetic(compiler: Compiler, node: tree.Arithmetic) -> Code:  # noqa: PLR0911 - a branch for each case
    """Left + - * / % right."""
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    operator = node.operator
    if left.type is None or right.type is None:
        raise InvalidError(
            f"Error processing expression: {show(node)}. Arithmetic on types {left.type or 'null'} and "
            f"{right.type or 'null'} are not supported."
        )
    if operator == "+" and left.type == right.type == types.STRING:
        return Code(f"concatenated({left.text}, {right.text})", types.STRING, nonnull=True)
    if left.type.name not in _ORDER or right.type.name not in _ORDER:
        raise InvalidError(
            f"Error processing expression: {show(node)}. Unsupported arithmetic types. "
            f"{left.type.name} {right.type.name}"
        )
    name = max(left.type.name, right.type.name, key=_ORDER.__getitem__)
    if name == "DECIMAL":
        kind = decimal_result(operator, as_decimal(left.type), as_decimal(right.type))
        sides = ", ".join(
            c.text if isinstance(c.type, Decimal) else f"Decimal({c.text})" for c in (left, right)
        )
        text = f"decimal_operation({operator!r}, {sides}, {kind.precision}, {kind.scale})"
        return Code(text, kind, nonnull=True)
    a, b = (f"float({c.text})" if isinstance(c.type, Decimal) else c.text for c in (left, right))
    if name == "DOUBLE":
        if operator in {"/", "%"}:
            function = "double_div" if operator == "/" else "double_mod"
            return Code(f"{function}({a}, {b})", types.DOUBLE, nonnull=True)
        return Code(f"({a} {operator} {b})", types.DOUBLE, nonnull=True)
    kind_ = types.BIGINT if name == "BIGINT" else types.INTEGER
    if operator == "/":
        return Code(_wrap(compiler, f"int_div({a}, {b})", kind_), kind_, nonnull=True)
    if operator == "%":
        return Code(f"int_mod({a}, {b})", kind_, nonnull=True)
    return Code(_wrap(compiler, f"{a} {operator} {b}", kind_), kind_, nonnull=True)


def _comparable(left: Type, operator: str, right: Type) -> bool:
    equality = operator in {"=", "<>", "IS DISTINCT FROM"}
    if left.name in _ORDER:
        return right.name in _ORDER
    if left.name == "STRING":
        return right.name == "STRING" or right.name in _TIMES
    if left.name in {"BOOLEAN", "ARRAY", "MAP", "STRUCT"}:
        return right.name == left.name and equality
    if left.name == "TIME":
        return right.name in {"TIME", "STRING"}
    if left.name in {"DATE", "TIMESTAMP"}:
        return right.name in {"DATE", "TIMESTAMP", "STRING"}
    return left.name == right.name == "BYTES"


def comparison(compiler: Compiler, node: tree.Comparison) -> Code:
    """Left = <> < <= > >= right, and IS DISTINCT FROM; a null makes them false."""
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    operator = node.operator
    if left.type is None or right.type is None:
        raise InvalidError(
            f"Comparison with NULL not supported: {left.type or 'NULL'} {operator} {right.type or 'NULL'}\n"
            "Use 'IS NULL' or 'IS NOT NULL' instead."
        )
    if not _comparable(left.type, operator, right.type):
        raise InvalidError(
            f"Cannot compare {show(node.left)} ({left.type}) to {show(node.right)} ({right.type}) "
            f"with {_NAMES[operator]}."
        )
    a, b = _sides(compiler, node, left, right)
    safe = a.safe and b.safe
    if operator == "IS DISTINCT FROM":
        return Code(f"({a.text} != {b.text})", types.BOOLEAN, nonnull=True, safe=safe)
    symbol = {"=": "==", "<>": "!="}.get(operator, operator)
    checks: list[str] = []
    texts: list[str] = []
    for side, other in ((a, b), (b, a)):
        if side.nonnull or (symbol == "==" and other.nonnull):
            texts.append(side.text)
            continue
        held = compiler.fresh()
        checks.append(f"({held} := {side.text}) is not None")
        texts.append(held)
    return Code(
        "(" + " and ".join([*checks, f"{texts[0]} {symbol} {texts[1]}"]) + ")",
        types.BOOLEAN,
        nonnull=True,
        safe=safe,
    )


def _sides(compiler: Compiler, node: tree.Comparison, left: Code, right: Code) -> tuple[Code, Code]:
    """Both sides as values that Python compares as Java does."""
    assert left.type is not None  # noqa: S101 - checked by the caller
    assert right.type is not None  # noqa: S101
    names = {left.type.name, right.type.name}
    if "DECIMAL" in names and "DOUBLE" in names:
        return _exact(compiler, left), _exact(compiler, right)
    if names & _TIMES:
        kind = "TIME" if "TIME" in names else "TIMESTAMP" if "TIMESTAMP" in names else "DATE"
        return _moment(compiler, node.left, left, kind), _moment(compiler, node.right, right, kind)
    if isinstance(left.type, Array | Map | Struct) and left.type != right.type:
        raise InvalidError(f"comparing {left.type} to {right.type} is not supported")
    return left, right


def _exact(compiler: Compiler, code: Code) -> Code:
    if code.type != types.DOUBLE:
        return code
    held = compiler.fresh()
    text = f"(None if ({held} := {code.text}) is None else double_decimal({held}))"
    return Code(text, code.type, nonnull=False)


def _moment(compiler: Compiler, node: tree.Expression, code: Code, kind: str) -> Code:
    parser, parse = _PARSERS[kind]
    if code.type == types.STRING:
        if isinstance(node, tree.Constant):
            try:
                return Code(repr(parse(str(node.value))), None, nonnull=True, safe=True)
            except ValueError as error:
                raise InvalidError(str(error)) from error
        held = compiler.fresh()
        return Code(f"(None if ({held} := {code.text}) is None else {parser}({held}))", None)
    if code.type == types.DATE and kind == "TIMESTAMP":
        held = compiler.fresh()
        return Code(f"(None if ({held} := {code.text}) is None else {held} * {instants.DAY_MS})", None)
    return code
