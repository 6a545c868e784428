"""DEFINE, SET and `${name}`, done before a statement is sent, as the ksqlDB CLI does it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from infra.errors import ConfigurationError
from infra.pipeline.ksql.lexing import SourceText, Token

REFERENCE: Final = re.compile(r"(\$?)\$\{(\w+)\}")
ASSIGNMENT: Final = 4
"""The words of `DEFINE name = 'value'` and of `SET 'name' = 'value'`."""


def unquote(token: Token) -> str:
    """The value of a string or quoted identifier; a plain word as it is."""
    if token.kind not in {"string", "quoted"}:
        return token.text
    mark = token.text[0]
    return token.text[1:-1].replace(mark * 2, mark)


@dataclass
class Session:
    """The variables and properties that hold for the statements after them, in the order of the files.

    `overrides` win over what the files define: they come from the stack's configuration.
    """

    overrides: Mapping[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def take(self, statement: SourceText) -> bool:
        """Carry out a DEFINE, UNDEFINE, SET or UNSET; False for every other statement.

        Raises:
            ConfigurationError: one of these four that is not well formed.
        """
        words = statement.words
        verb = words[0].text.upper()
        if verb in {"DEFINE", "SET"}:
            well_formed = len(words) == ASSIGNMENT and words[2].text == "=" and words[3].kind == "string"
            if not well_formed or (verb == "SET") != (words[1].kind == "string"):
                raise _malformed(statement, "DEFINE name = 'value'; or SET 'property' = 'value';")
            name, value = unquote(words[1]), self.substitute(unquote(words[3]), statement)
            if verb == "SET":
                self.properties[name] = value
            else:
                self.variables[name.lower()] = self.overrides.get(name.lower(), value)
            return True
        if verb in {"UNDEFINE", "UNSET"}:
            if len(words) != 2:  # noqa: PLR2004  # the verb and a name
                raise _malformed(statement, "UNDEFINE name; or UNSET 'property';")
            name = unquote(words[1])
            if verb == "UNSET":
                self.properties.pop(name, None)
            else:
                self.variables.pop(name.lower(), None)
            return True
        return False

    def substitute(self, text: str, statement: SourceText) -> str:
        """Put the values in the place of `${name}`; `$${name}` stands for the characters `${name}`.

        Raises:
            ConfigurationError: a variable that is not defined there.
        """

        def value(match: re.Match[str]) -> str:
            if match[1]:
                return match[0][1:]
            try:
                return self.variables[match[2].lower()]
            except KeyError:
                line = statement.line + text[: match.start()].count("\n")
                raise ConfigurationError(
                    f"{statement.file}, line {line}: the variable {match[0]} is not defined",
                    f"Write DEFINE {match[2]} = '...'; before it.",
                ) from None

        return REFERENCE.sub(value, text)


def _malformed(statement: SourceText, right: str) -> ConfigurationError:
    return ConfigurationError(
        f"{statement.file}, line {statement.line}: {statement.normal[:80]} is not well formed",
        f"Write {right}",
    )
