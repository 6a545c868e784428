"""KSQL's tokens and where they stand."""

import re
from typing import Final, Literal, NamedTuple

from embedded.ksql.errors import InvalidError

Kind = Literal["word", "quoted", "string", "integer", "decimal", "float", "operator", "end"]

_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^']|'')*')
  | (?P<quoted>`(?:[^`]|``)*`|"(?:[^"]|"")*")
  | (?P<float>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+(?![A-Za-z_@0-9]))
  | (?P<decimal>\d+\.\d*|\.\d+)
  | (?P<word>[A-Za-z_][A-Za-z0-9_@]*|\d+[A-Za-z_@][A-Za-z0-9_@]*)
  | (?P<integer>\d+)
  | (?P<operator><>|!=|<=|>=|:=|->|=>|\|\||[-=<>+*/%(),.;\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)

RESERVED: Final = frozenset(
    [
        "SELECT",
        "FROM",
        "AS",
        "ALL",
        "DISTINCT",
        "WHERE",
        "WITHIN",
        "WINDOW",
        "GROUP",
        "BY",
        "HAVING",
        "LIMIT",
        "AT",
        "OR",
        "AND",
        "IN",
        "NOT",
        "EXISTS",
        "BETWEEN",
        "LIKE",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "MILLISECOND",
        "YEARS",
        "MONTHS",
        "DAYS",
        "HOURS",
        "MINUTES",
        "SECONDS",
        "MILLISECONDS",
        "TUMBLING",
        "HOPPING",
        "SIZE",
        "ADVANCE",
        "RETENTION",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "JOIN",
        "FULL",
        "OUTER",
        "INNER",
        "LEFT",
        "RIGHT",
        "ON",
        "WITH",
        "VALUES",
        "CREATE",
        "TABLE",
        "TOPIC",
        "STREAM",
        "STREAMS",
        "INSERT",
        "DELETE",
        "INTO",
        "DESCRIBE",
        "EXTENDED",
        "PRINT",
        "CAST",
        "LIST",
        "TOPICS",
        "QUERY",
        "QUERIES",
        "TERMINATE",
        "PAUSE",
        "RESUME",
        "LOAD",
        "DROP",
        "TO",
        "RENAME",
        "SAMPLE",
        "EXPORT",
        "CATALOG",
        "PROPERTIES",
        "BEGINNING",
        "UNSET",
        "RUN",
        "SCRIPT",
        "DECIMAL",
        "CONNECTOR",
        "CONNECTORS",
        "NAMESPACE",
        "MATERIALIZED",
        "VIEW",
    ]
)


class Token(NamedTuple):
    """A token: `text` is upper case for words, unquoted for strings and quoted identifiers.

    `start` and `end` are offsets in the text; `line` and `column` count from 1 and 0, as ksqlDB's do.
    """

    kind: Kind
    text: str
    start: int
    end: int
    line: int
    column: int


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, comments left out, with an `end` token last.

    Raises:
        InvalidError: a character that no token begins with.
    """
    found: list[Token] = []
    position, line, line_start = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InvalidError(
                f"Syntax Error: unexpected {text[position]!r}", line=line, column=position - line_start + 1
            )
        kind, raw = match.lastgroup, match.group()
        if kind != "space":
            if kind == "word":
                shown = raw.upper()
            elif kind in {"string", "quoted"}:
                shown = raw[1:-1].replace(raw[0] * 2, raw[0])
            else:
                shown = raw
            found.append(
                Token(kind, shown, position, match.end(), line, position - line_start)  # type: ignore[arg-type]
            )
        breaks = raw.count("\n")
        if breaks:
            line += breaks
            line_start = position + raw.rindex("\n") + 1
        position = match.end()
    found.append(Token("end", "<EOF>", position, position, line, position - line_start))
    return found
