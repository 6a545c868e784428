"""A reader over tokens, with the small steps that every part of the parser takes."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.language.tokens import RESERVED, Token, tokens
from embedded.ksql.language.tree import Place

T = TypeVar("T")
_SOURCE_NAME: Final = re.compile(r"[a-zA-Z0-9_-]*")
_PRIMITIVES: Final = {
    "BOOLEAN": types.BOOLEAN,
    "INTEGER": types.INTEGER,
    "INT": types.INTEGER,
    "BIGINT": types.BIGINT,
    "DOUBLE": types.DOUBLE,
    "STRING": types.STRING,
    "VARCHAR": types.STRING,
    "BYTES": types.BYTES,
    "DATE": types.DATE,
    "TIME": types.TIME,
    "TIMESTAMP": types.TIMESTAMP,
}
_UNITS: Final = {
    "DAY": 86_400_000,
    "HOUR": 3_600_000,
    "MINUTE": 60_000,
    "SECOND": 1_000,
    "MILLISECOND": 1,
}
UNITS: Final = {**_UNITS, **{f"{name}S": ms for name, ms in _UNITS.items()}}
_MAX_LONG: Final = 2**63 - 1


class TokenStream:
    """Tokens with a position in them.

    Args:
        text: KSQL text.
        custom_types: types made with CREATE TYPE, by name.

    Raises:
        InvalidError: the text has a character that begins no token.
    """

    def __init__(self, text: str, custom_types: Mapping[str, types.Type]) -> None:
        self.text = text
        self.custom_types = custom_types
        self.lambda_arguments: set[str] = set()
        self._tokens = tokens(text)
        self._at = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._at]

    @property
    def place(self) -> Place:
        """Where the next token stands."""
        found = self._tokens[self._at]
        return Place(found.line, found.column + 1)

    @property
    def previous_end(self) -> int:
        """The offset at which the token before the next one ends."""
        return self._tokens[self._at - 1].end if self._at else 0

    def peek(self, ahead: int = 1) -> Token:
        """The token `ahead` places after the next one."""
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, which is passed."""
        found = self._tokens[self._at]
        if found.kind != "end":
            self._at += 1
        return found

    def error(self, message: str = "") -> InvalidError:
        """A syntax error at the next token."""
        what = message or f"Syntax Error: did not expect {self.token.text!r}"
        return InvalidError(what, line=self.token.line, column=self.token.column + 1)

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or operators."""
        for index, word in enumerate(words, self._at):
            found = self._tokens[index]  # there is one: the last is no keyword
            if found.text != word or found.kind not in {"word", "operator"}:
                return False
        return True

    def accept(self, *words: str) -> bool:
        """Passes these keywords or operators if they come next."""
        if not self.at(*words):
            return False
        self._at += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Passes these keywords or operators.

        Raises:
            InvalidError: something else comes next.
        """
        for word in words:
            if not self.accept(word):
                raise self.error(f"Syntax Error: expected {word}, found {self.token.text!r}")

    def attempt(self, parse: Callable[[], T]) -> T | None:
        """What `parse` returns, or None with the position unchanged when it meets a syntax error."""
        before = self._at
        try:
            return parse()
        except InvalidError:
            self._at = before
            return None

    def at_identifier(self, ahead: int = 0) -> bool:
        """Whether an identifier comes next (or `ahead` tokens later)."""
        found = self.peek(ahead)
        return found.kind == "quoted" or (found.kind == "word" and found.text not in RESERVED)

    def identifier(self) -> str:
        """The next token as an identifier: quoted ones as written, others in upper case."""
        if not self.at_identifier():
            hint = " (a reserved word: quote it with backticks)" if self.token.kind == "word" else ""
            raise self.error(f"Syntax Error: expected an identifier, found {self.token.text!r}{hint}")
        return self.take().text

    def source_name(self) -> str:
        """The next token as the name of a stream or table."""
        place = self.place
        name = self.identifier()
        if not _SOURCE_NAME.fullmatch(name):
            raise InvalidError(
                f"Source names may only contain alphanumeric values, '_' or '-'. Got: '{name}'",
                line=place.line,
                column=place.column,
            )
        return name

    def string(self) -> str:
        """The next token as a string literal."""
        if self.token.kind != "string":
            raise self.error(f"Syntax Error: expected a string, found {self.token.text!r}")
        return self.take().text

    def integer(self) -> int:
        """The next tokens as a whole number of 64 bits."""
        negative = self.accept("-")
        if self.token.kind != "integer":
            raise self.error("Value must be integer")
        value = int(self.token.text)
        if value > _MAX_LONG:
            raise self.error(f"Invalid numeric literal: {self.token.text}")
        self.take()
        return -value if negative else value

    def duration(self) -> int:
        """A number and a unit of time, in ms."""
        number = self.integer()
        unit = UNITS.get(self.token.text) if self.token.kind == "word" else None
        if unit is None:
            raise self.error(f"Syntax Error: expected a unit of time, found {self.token.text!r}")
        self.take()
        return number * unit

    def type(self) -> types.Type:
        """A type."""
        result = self._simple_type()
        while self.accept("ARRAY"):
            result = types.array(result)
        return result

    def _simple_type(self) -> types.Type:  # noqa: PLR0911 - a branch for each case
        if self.accept("ARRAY", "<"):
            item = self.type()
            self.expect(">")
            return types.array(item)
        if self.accept("MAP", "<"):
            key = self.type()
            self.expect(",")
            value = self.type()
            self.expect(">")
            return types.map_of(key, value)
        if self.accept("STRUCT", "<>"):
            return types.struct()
        if self.accept("STRUCT", "<"):
            return self._struct()
        if self.accept("DECIMAL", "("):
            precision = self.integer()
            self.expect(",")
            scale = self.integer()
            self.expect(")")
            self._check_decimal(precision, scale)
            return types.decimal(precision, scale)
        place = self.place
        name = self.identifier()
        if self.accept("("):
            self._type_parameters()
        if name.upper() in _PRIMITIVES:
            return _PRIMITIVES[name.upper()]
        if name in self.custom_types:
            return self.custom_types[name]
        raise InvalidError(f"Cannot resolve unknown type: {name}", line=place.line, column=place.column)

    def _struct(self) -> types.Struct:
        members: list[tuple[str, types.Type]] = []
        while not self.accept(">"):
            if members:
                self.expect(",")
            name = self.identifier()
            if any(name == known for known, _ in members):
                raise self.error(f"Duplicate field names found in STRUCT: `{name}`")
            members.append((name, self.type()))
        return types.struct(*members)

    def _type_parameters(self) -> None:
        while True:
            if self.token.kind != "integer" and not self.at("STRING"):
                raise self.error("Syntax Error: expecting {'STRING', INTEGER_VALUE}")
            self.take()
            if self.accept(")"):
                return
            self.expect(",")

    def _check_decimal(self, precision: int, scale: int) -> None:
        if precision < 1:
            raise self.error(f"DECIMAL precision must be >= 1: DECIMAL({precision},{scale})")
        if scale < 0:
            raise self.error(f"DECIMAL scale must be >= 0: DECIMAL({precision},{scale})")
        if precision < scale:
            raise self.error(f"DECIMAL precision must be >= scale: DECIMAL({precision},{scale})")
