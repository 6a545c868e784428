"""The parser of statements."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from embedded.ksql import types
from embedded.ksql.errors import InvalidError, KsqlError, UnsupportedError
from embedded.ksql.language import statements as ast
from embedded.ksql.language.expressions import value_expression
from embedded.ksql.language.literals import literal
from embedded.ksql.language.queries import select
from embedded.ksql.language.stream import TokenStream
from embedded.ksql.language.tree import Expression, Place

_UNSUPPORTED: Final = {
    "PRINT": "PRINT",
    "PAUSE": "PAUSE",
    "RESUME": "RESUME",
    "ALTER": "ALTER",
    "DEFINE": "DEFINE",
    "UNDEFINE": "UNDEFINE",
    "RUN": "RUN SCRIPT",
}
_HEADERS_TYPE: Final = types.array(types.struct(("KEY", types.STRING), ("VALUE", types.BYTES)))


def parse(text: str, custom_types: Mapping[str, types.Type] | None = None) -> list[ast.Statement]:
    """The statements of `text`. Types made by CREATE TYPE in it are known to what follows.

    Args:
        text: KSQL; each statement ends with a semicolon.
        custom_types: types that exist already, by name.

    Raises:
        InvalidError: the text is not KSQL.
        UnsupportedError: a kind of statement that this engine does not have.
    """
    known = dict(custom_types or {})
    reader = TokenStream(text, known)
    found: list[ast.Statement] = []
    while reader.token.kind != "end":
        start = reader.token.start
        try:
            statement = _statement(reader)
            end = reader.previous_end
            reader.expect(";")
        except KsqlError as error:
            error.statement = error.statement or text[start:].split(";", 1)[0].strip()
            raise
        object.__setattr__(statement, "text", text[start:end])
        if isinstance(statement, ast.CreateType):
            known[statement.name] = statement.type
        found.append(statement)
    return found


def _statement(reader: TokenStream) -> ast.Statement:
    place = reader.place
    word = reader.token.text if reader.token.kind == "word" else ""
    parsers: dict[str, Callable[[TokenStream, Place], ast.Statement]] = {
        "CREATE": _create,
        "INSERT": _insert,
        "SELECT": lambda r, p: ast.Query(select(r), place=p),
        "DROP": _drop,
        "TERMINATE": _terminate,
        "SHOW": _show,
        "LIST": _show,
        "DESCRIBE": _describe,
        "EXPLAIN": _explain,
        "SET": _set,
        "UNSET": _set,
    }
    if word in parsers:
        return parsers[word](reader, place)
    if word in _UNSUPPORTED:
        raise UnsupportedError(
            f"{_UNSUPPORTED[word]} is not supported",
            line=place.line,
            column=place.column,
            feature=_UNSUPPORTED[word],
        )
    raise reader.error()


def _properties(reader: TokenStream) -> tuple[tuple[str, ast.Property], ...]:
    if not reader.accept("WITH"):
        return ()
    reader.expect("(")
    found: dict[str, ast.Property] = {}
    while True:
        name = reader.take().text if reader.token.kind == "string" else reader.identifier()
        reader.expect("=")
        value = literal(reader).value
        if name.upper() in found:
            raise reader.error(f"Duplicate property: {name.upper()}")
        found[name.upper()] = value if isinstance(value, str | bool | int | None) else str(value)
        if reader.accept(")"):
            return tuple(found.items())
        reader.expect(",")


def _create(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("CREATE")
    or_replace = reader.accept("OR", "REPLACE")
    if reader.accept("TYPE"):
        if_not_exists = reader.accept("IF", "NOT", "EXISTS")
        name = reader.identifier()
        reader.expect("AS")
        return ast.CreateType(name, reader.type(), if_not_exists, place=place)
    if reader.at("SINK", "CONNECTOR") or reader.at("SOURCE", "CONNECTOR"):
        raise UnsupportedError(
            "CREATE CONNECTOR is not supported", line=place.line, column=place.column, feature="CONNECTOR"
        )
    read_only = reader.accept("SOURCE")
    kind: Literal["STREAM", "TABLE"] = "STREAM"
    if not reader.accept("STREAM"):
        reader.expect("TABLE")
        kind = "TABLE"
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.source_name()
    elements = _elements(reader) if reader.at("(") else None
    properties = _properties(reader)
    if elements is None and not read_only and reader.accept("AS"):
        query = select(reader)
        if query.limit is not None:
            raise reader.error(f"CREATE {kind} AS SELECT statements don't support LIMIT clause.")
        return ast.CreateAs(kind, name, properties, query, or_replace, if_not_exists, place=place)
    return ast.Create(
        kind, name, elements or (), properties, or_replace, if_not_exists, read_only, place=place
    )


def _elements(reader: TokenStream) -> tuple[ast.Element, ...]:
    reader.expect("(")
    found: list[ast.Element] = []
    while True:
        found.append(_element(reader))
        if reader.accept(")"):
            return tuple(found)
        reader.expect(",")


def _element(reader: TokenStream) -> ast.Element:
    place = reader.place
    name = reader.identifier()
    type_ = reader.type()
    if reader.accept("PRIMARY", "KEY"):
        return ast.Element(name, type_, "PRIMARY KEY", place=place)
    if reader.accept("KEY"):
        return ast.Element(name, type_, "KEY", place=place)
    if reader.accept("HEADERS"):
        if type_ != _HEADERS_TYPE:
            raise reader.error(
                "Invalid type for HEADERS column: expected ARRAY<STRUCT<KEY STRING, VALUE BYTES>>, got "
                f"{type_}"
            )
        return ast.Element(name, type_, "HEADERS", place=place)
    if reader.accept("HEADER", "("):
        header = reader.string()
        reader.expect(")")
        if type_ != types.BYTES:
            raise reader.error(f"Invalid type for HEADER('{header}') column: expected BYTES, got {type_}")
        return ast.Element(name, type_, "HEADER", header, place=place)
    return ast.Element(name, type_, place=place)


def _insert(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("INSERT", "INTO")
    target = reader.source_name()
    names: list[str] = []
    if reader.accept("("):
        names.append(reader.identifier())
        while not reader.accept(")"):
            reader.expect(",")
            names.append(reader.identifier())
    if names or reader.at("VALUES"):
        reader.expect("VALUES", "(")
        values: list[Expression] = []
        while not reader.accept(")"):
            if values:
                reader.expect(",")
            values.append(value_expression(reader))
        return ast.InsertValues(target, tuple(names), tuple(values), place=place)
    properties = _properties(reader)
    query = select(reader)
    if query.limit is not None:
        raise reader.error("INSERT INTO … SELECT statements don't support LIMIT clause.")
    return ast.InsertInto(target, properties, query, place=place)


def _drop(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("DROP")
    if reader.accept("TYPE"):
        if_exists = reader.accept("IF", "EXISTS")
        return ast.DropType(reader.identifier(), if_exists, place=place)
    if reader.at("CONNECTOR"):
        raise UnsupportedError(
            "DROP CONNECTOR is not supported", line=place.line, column=place.column, feature="CONNECTOR"
        )
    kind: Literal["STREAM", "TABLE"] = "STREAM"
    if not reader.accept("STREAM"):
        reader.expect("TABLE")
        kind = "TABLE"
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.source_name()
    return ast.Drop(kind, name, if_exists, reader.accept("DELETE", "TOPIC"), place=place)


def _terminate(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("TERMINATE")
    return ast.Terminate(None if reader.accept("ALL") else reader.identifier(), place=place)


def _show(reader: TokenStream, place: Place) -> ast.Statement:
    reader.take()
    all_topics = reader.accept("ALL")
    for what in ("STREAMS", "TABLES", "QUERIES", "TOPICS", "PROPERTIES", "FUNCTIONS", "TYPES"):
        if (not all_topics or what == "TOPICS") and reader.accept(what):
            return ast.Show(what, reader.accept("EXTENDED"), place=place)
    if reader.at("CONNECTORS") or reader.at("VARIABLES"):
        raise UnsupportedError(
            f"SHOW {reader.token.text} is not supported",
            line=place.line,
            column=place.column,
            feature=reader.token.text,
        )
    raise reader.error()


def _describe(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("DESCRIBE")
    if reader.accept("STREAMS"):
        return ast.Describe(None, reader.accept("EXTENDED"), place=place)
    if reader.at("FUNCTION") and reader.at_identifier(1):
        raise UnsupportedError("DESCRIBE FUNCTION is not supported", feature="DESCRIBE FUNCTION")
    return ast.Describe(reader.source_name(), reader.accept("EXTENDED"), place=place)


def _explain(reader: TokenStream, place: Place) -> ast.Statement:
    reader.expect("EXPLAIN")
    if reader.at_identifier():
        return ast.Explain(reader.identifier(), None, place=place)
    return ast.Explain(None, _statement(reader), place=place)


def _set(reader: TokenStream, place: Place) -> ast.Statement:
    if reader.accept("UNSET"):
        return ast.SetProperty(reader.string(), None, place=place)
    reader.expect("SET")
    name = reader.string()
    reader.expect("=")
    return ast.SetProperty(name, reader.string(), place=place)


def require_statement(found: list[ast.Statement]) -> ast.Statement:
    """The one statement of a text that must hold just one.

    Raises:
        InvalidError: there is none, or more than one.
    """
    if len(found) != 1:
        raise InvalidError(f"expected one statement, got {len(found)}")
    return found[0]
