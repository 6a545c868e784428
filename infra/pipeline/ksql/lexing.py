"""KSQL text cut into tokens and statements: strings, quoted identifiers and comments hold no semicolons.

The rules are those of ksqlDB's grammar (SqlBase.g4): '' within a string, `` within a quoted identifier.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from infra.errors import ConfigurationError

TokenKind = Literal["string", "quoted", "comment", "space", "end", "word", "other"]
TOKEN: Final = re.compile(
    r"""
    (?P<string>'(?:[^']|'')*')
  | (?P<quoted>`(?:[^`]|``)*`|"(?:[^"]|"")*")
  | (?P<comment>--[^\r\n]*|/\*.*?\*/)
  | (?P<space>\s+)
  | (?P<end>;)
  | (?P<word>[A-Za-z_0-9@]+)
  | (?P<unclosed>'|`|"|/\*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of KSQL and where it begins in its file, counted from 1."""

    kind: TokenKind
    text: str
    line: int


@dataclass(frozen=True)
class SourceText:
    """One statement as it stands in its file, without its comments and its semicolon."""

    file: str
    line: int
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The statement, its lines kept, so that a position that ksqlDB names can be found in the file."""
        return "".join(
            re.sub(r"[^\n]", "", token.text) or " " if token.kind == "comment" else token.text
            for token in self.tokens
        ).strip()

    @property
    def words(self) -> tuple[Token, ...]:
        """Its tokens without blanks and comments."""
        return tuple(token for token in self.tokens if token.kind not in {"space", "comment"})

    @property
    def normal(self) -> str:
        """The statement on one line: equal for statements that differ in layout and comments alone."""
        return " ".join(token.text for token in self.words)


def tokens(file: str, text: str) -> Iterator[Token]:
    """Cut a text into tokens.

    Raises:
        ConfigurationError: a string, quoted identifier or comment does not end.
    """
    line = 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "unclosed":
            raise ConfigurationError(
                f"{file}, line {line}: {match[0]} is opened and never closed", "Close it."
            )
        yield Token(kind, match[0], line)  # type: ignore[arg-type]  # the groups are the kinds
        line += match[0].count("\n")


def split(file: str, text: str) -> list[SourceText]:
    """Cut a file's text into statements.

    Raises:
        ConfigurationError: something is not closed, or the last statement lacks its semicolon.
    """
    statements: list[SourceText] = []
    current: list[Token] = []
    for token in tokens(file, text):
        if token.kind != "end":
            current.append(token)
            continue
        statements.extend(_statement(file, current))
        current = []
    rest = _statement(file, current)
    if rest:
        raise ConfigurationError(
            f"{file}, line {rest[0].line}: no semicolon ends this statement: {rest[0].normal[:60]}",
            "Add the semicolon.",
        )
    return statements


def _statement(file: str, parts: list[Token]) -> list[SourceText]:
    first = next((i for i, token in enumerate(parts) if token.kind not in {"space", "comment"}), None)
    if first is None:
        return []
    return [SourceText(file, parts[first].line, tuple(parts[first:]))]
