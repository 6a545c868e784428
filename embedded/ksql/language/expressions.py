"""The parser of expressions."""

from typing import Final

from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.language import tree
from embedded.ksql.language.literals import literal
from embedded.ksql.language.stream import UNITS, TokenStream
from embedded.ksql.language.tokens import RESERVED
from embedded.ksql.language.tree import Expression

_COMPARISONS: Final = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})


def expression(reader: TokenStream) -> Expression:
    """A whole expression: OR binds loosest, then AND, then NOT."""
    left = _conjunction(reader)
    while reader.at("OR"):
        place = reader.place
        reader.take()
        left = tree.Logical("OR", left, _conjunction(reader), place=place)
    return left


def _conjunction(reader: TokenStream) -> Expression:
    left = _negation(reader)
    while reader.at("AND"):
        place = reader.place
        reader.take()
        left = tree.Logical("AND", left, _negation(reader), place=place)
    return left


def _negation(reader: TokenStream) -> Expression:
    place = reader.place
    if reader.accept("NOT"):
        return tree.Not(_negation(reader), place=place)
    return _predicate(reader)


def _predicate(reader: TokenStream) -> Expression:
    value = value_expression(reader)
    place = reader.place
    if reader.token.kind == "operator" and reader.token.text in _COMPARISONS:
        operator = reader.take().text
        operator = "<>" if operator == "!=" else operator
        return tree.Comparison(operator, value, value_expression(reader), place=place)
    if reader.accept("IS"):
        negated = reader.accept("NOT")
        if reader.accept("NULL"):
            return tree.IsNull(value, negated, place=place)
        reader.expect("DISTINCT", "FROM")
        distinct = tree.Comparison("IS DISTINCT FROM", value, value_expression(reader), place=place)
        return tree.Not(distinct, place=place) if negated else distinct
    negated = reader.accept("NOT")
    found = _negatable(reader, value, place)
    if found is None:
        if negated:
            raise reader.error()
        return value
    return tree.Not(found, place=place) if negated else found


def _negatable(reader: TokenStream, value: Expression, place: tree.Place) -> Expression | None:
    if reader.accept("BETWEEN"):
        low = value_expression(reader)
        reader.expect("AND")
        return tree.Between(value, low, value_expression(reader), place=place)
    if reader.accept("IN"):
        reader.expect("(")
        candidates = [expression(reader)]
        while reader.accept(","):
            candidates.append(expression(reader))
        reader.expect(")")
        return tree.In(value, tuple(candidates), place=place)
    if reader.accept("LIKE"):
        pattern = value_expression(reader)
        escape = reader.string() if reader.accept("ESCAPE") else None
        if escape is not None and len(escape) != 1:
            raise reader.error(f"Expected single character for LIKE ESCAPE, found {escape!r}")
        return tree.Like(value, pattern, escape, place=place)
    return None


def value_expression(reader: TokenStream) -> Expression:
    """An expression without predicates at its top: what GROUP BY and PARTITION BY take."""
    left = _sum(reader)
    while reader.at("||"):
        place = reader.place
        reader.take()
        left = tree.Call("CONCAT", (left, _sum(reader)), place=place)
    return left


def _sum(reader: TokenStream) -> Expression:
    left = _product(reader)
    while reader.at("+") or reader.at("-"):
        place = reader.place
        operator = reader.take().text
        left = tree.Arithmetic(operator, left, _product(reader), place=place)
    return left


def _product(reader: TokenStream) -> Expression:
    left = _signed(reader)
    while reader.at("*") or reader.at("/") or reader.at("%"):
        place = reader.place
        operator = reader.take().text
        left = tree.Arithmetic(operator, left, _signed(reader), place=place)
    return left


def _signed(reader: TokenStream) -> Expression:
    place = reader.place
    if reader.at("-") and reader.peek().kind not in {"integer", "decimal", "float"}:
        reader.take()
        return tree.Unary("-", _signed(reader), place=place)
    if reader.accept("+"):
        return tree.Unary("+", _signed(reader), place=place)
    result = primary(reader)
    if reader.at("AT"):
        raise UnsupportedError(
            "AT TIME ZONE is not supported", line=place.line, column=place.column, feature="AT TIME ZONE"
        )
    return result


def primary(reader: TokenStream) -> Expression:
    """A literal, name, call or parenthesis, with its subscripts and dereferences."""
    result = _atom(reader)
    while True:
        place = reader.place
        if reader.accept("["):
            result = tree.Subscript(result, value_expression(reader), place=place)
            reader.expect("]")
        elif reader.at("->") and not (reader.peek().kind == "operator" and reader.peek().text == "*"):
            reader.take()
            result = tree.Dereference(result, reader.identifier(), place=place)
        else:
            return result


def _atom(reader: TokenStream) -> Expression:  # noqa: C901, PLR0911 - a branch for each case
    place, token = reader.place, reader.token
    if token.kind in {"string", "integer", "decimal", "float"} or reader.at("-"):
        return literal(reader)
    if token.kind == "word" and token.text in {"NULL", "TRUE", "FALSE"}:
        return literal(reader)
    if reader.accept("("):
        inner = expression(reader)
        reader.expect(")")
        return inner
    if reader.accept("CASE"):
        return _case(reader, place)
    if reader.accept("CAST", "("):
        value = expression(reader)
        reader.expect("AS")
        to = reader.type()
        reader.expect(")")
        return tree.Cast(value, to, place=place)
    if reader.accept("ARRAY", "["):
        return tree.MakeArray(_list(reader, "]"), place=place)
    if reader.accept("MAP", "("):
        return _map(reader, place)
    if reader.accept("STRUCT", "("):
        return _struct(reader, place)
    if reader.at_identifier() and reader.peek().text == "(" and reader.peek().kind == "operator":
        return _call(reader, place)
    name = reader.identifier()
    if reader.token.kind == "string":
        raise InvalidError(f"Unknown type: {name}", line=place.line, column=place.column)
    if reader.at(".") and reader.at_identifier(1):
        reader.take()
        return tree.Column(reader.identifier(), name, place=place)
    if name in reader.lambda_arguments:
        return tree.LambdaArgument(name, place=place)
    return tree.Column(name, place=place)


def _case(reader: TokenStream, place: tree.Place) -> Expression:
    if not reader.at("WHEN"):
        raise InvalidError(
            "A simple CASE (CASE value WHEN …) is not supported by ksqlDB: write CASE WHEN value = … THEN …",
            line=place.line,
            column=place.column,
        )
    whens: list[tree.When] = []
    while reader.at("WHEN"):
        at = reader.place
        reader.take()
        condition = expression(reader)
        reader.expect("THEN")
        whens.append(tree.When(condition, expression(reader), place=at))
    default = expression(reader) if reader.accept("ELSE") else None
    reader.expect("END")
    return tree.Case(tuple(whens), default, place=place)


def _list(reader: TokenStream, close: str) -> tuple[Expression, ...]:
    items: list[Expression] = []
    while not reader.accept(close):
        if items:
            reader.expect(",")
        items.append(expression(reader))
    return tuple(items)


def _map(reader: TokenStream, place: tree.Place) -> Expression:
    keys: list[Expression] = []
    values: list[Expression] = []
    while not reader.accept(")"):
        if keys:
            reader.expect(",")
        key = expression(reader)
        if key in keys:
            raise reader.error("Duplicate keys in a MAP constructor")
        keys.append(key)
        reader.expect(":=")
        values.append(expression(reader))
    return tree.MakeMap(tuple(keys), tuple(values), place=place)


def _struct(reader: TokenStream, place: tree.Place) -> Expression:
    names: list[str] = []
    values: list[Expression] = []
    while not reader.accept(")"):
        if names:
            reader.expect(",")
        name = reader.identifier()
        if name in names:
            raise reader.error(f"Duplicate field names found in STRUCT: `{name}`")
        names.append(name)
        reader.expect(":=")
        values.append(expression(reader))
    return tree.MakeStruct(tuple(names), tuple(values), place=place)


def _call(reader: TokenStream, place: tree.Place) -> Expression:
    name = reader.identifier().upper()
    reader.expect("(")
    if reader.accept("*"):
        reader.expect(")")
        return tree.Call(name, (), place=place)
    arguments: list[Expression] = []
    while not reader.accept(")"):
        if arguments:
            reader.expect(",")
        arguments.append(_argument(reader))
    return tree.Call(name, tuple(arguments), place=place)


def _argument(reader: TokenStream) -> Expression:
    place, token = reader.place, reader.token
    if token.kind == "word" and token.text in UNITS and token.text in RESERVED:
        reader.take()
        return tree.Interval(token.text, place=place)
    names = _lambda_names(reader)
    if names is None:
        return expression(reader)
    outer = set(reader.lambda_arguments)
    reader.lambda_arguments |= set(names)
    body = expression(reader)
    reader.lambda_arguments = outer
    return tree.Lambda(tuple(names), body, place=place)


def _lambda_names(reader: TokenStream) -> list[str] | None:
    """The arguments of a lambda, passed with its arrow, or None when none begins here."""
    if reader.at_identifier() and reader.peek().text == "=>":
        name = reader.identifier()
        reader.expect("=>")
        return [name]
    ahead = 1
    while reader.at("(") and reader.at_identifier(ahead):
        after = reader.peek(ahead + 1).text
        if after == ")" and reader.peek(ahead + 2).text == "=>":
            break
        if after != ",":
            return None
        ahead += 2
    else:
        return None
    reader.expect("(")
    names = [reader.identifier()]
    while reader.accept(","):
        names.append(reader.identifier())
    reader.expect(")", "=>")
    return names
