"""Expressions written out again, as ksqlDB's messages have them."""

from decimal import Decimal

from embedded.ksql.language import tree
from embedded.ksql.language.tokens import RESERVED
from embedded.ksql.language.tree import Expression


def name(identifier: str) -> str:
    """An identifier, in backticks where it needs them."""
    plain = identifier.replace("_", "A").replace("@", "A").isalnum() and identifier == identifier.upper()
    return identifier if plain and identifier not in RESERVED else f"`{identifier}`"


def show(node: Expression) -> str:  # noqa: C901, PLR0911, PLR0912 - a branch for each case
    """The expression as text."""
    match node:
        case tree.Column():
            return name(node.name) if node.source is None else f"{name(node.source)}.{name(node.name)}"
        case tree.Constant():
            return _constant(node.value)
        case tree.Unary():
            return f"{node.sign}{show(node.value)}"
        case tree.Arithmetic() | tree.Comparison() | tree.Logical():
            return f"({show(node.left)} {node.operator} {show(node.right)})"
        case tree.Not():
            return f"(NOT {show(node.value)})"
        case tree.IsNull():
            return f"({show(node.value)} IS {'NOT ' if node.negated else ''}NULL)"
        case tree.Between():
            return f"({show(node.value)} BETWEEN {show(node.low)} AND {show(node.high)})"
        case tree.In():
            return f"({show(node.value)} IN ({_list(node.candidates)}))"
        case tree.Like():
            escape = f" ESCAPE '{node.escape}'" if node.escape else ""
            return f"({show(node.value)} LIKE {show(node.pattern)}{escape})"
        case tree.Case():
            whens = " ".join(f"WHEN {show(w.condition)} THEN {show(w.result)}" for w in node.whens)
            default = f" ELSE {show(node.default)}" if node.default else ""
            return f"(CASE {whens}{default} END)"
        case tree.Cast():
            return f"CAST({show(node.value)} AS {node.type})"
        case tree.Subscript():
            return f"{show(node.base)}[{show(node.index)}]"
        case tree.Dereference():
            return f"{show(node.base)}->{name(node.field)}"
        case tree.Call():
            return f"{node.function}({_list(node.arguments)})"
        case tree.MakeArray():
            return f"ARRAY[{_list(node.items)}]"
        case tree.MakeMap():
            pairs = zip(node.keys, node.values, strict=True)
            return "MAP(" + ", ".join(f"{show(k)}:={show(v)}" for k, v in pairs) + ")"
        case tree.MakeStruct():
            pairs_ = zip(node.names, node.values, strict=True)
            return "STRUCT(" + ", ".join(f"{name(k)}:={show(v)}" for k, v in pairs_) + ")"
        case tree.Lambda():
            return f"({', '.join(node.arguments)}) => {show(node.body)}"
        case tree.LambdaArgument():
            return node.name
        case tree.Interval():
            return node.unit
    return repr(node)


def _list(nodes: tuple[Expression, ...]) -> str:
    return ", ".join(show(each) for each in nodes)


def _constant(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
