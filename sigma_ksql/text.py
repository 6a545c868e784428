"""Comparisons of text in ksqlDB: without LIKE, which fails on NULL and stops at line breaks."""

import re
from typing import Final

from sigma.types import Placeholder, SigmaCasedString, SigmaString, SpecialChars

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_]\w*(->[A-Za-z_]\w*)*")
_LAST_OF_ONE_UNIT: Final = "\uffff"
"""SUBSTRING counts in UTF-16 units; beyond this, a character has two."""
_SPECIAL_IN_REGEX: Final = re.compile(r"[\\^$.|?*+()\[\]{}]")
_WILDCARDS: Final[dict[SpecialChars | Placeholder, str]] = {
    SpecialChars.WILDCARD_MULTI: r"[\s\S]*",
    SpecialChars.WILDCARD_SINGLE: r"[\s\S]",
}


def quoted(value: str) -> str:
    """A string literal: ksqlDB knows one escape, the doubled quote."""
    return "'" + value.replace("'", "''") + "'"


def name(field: str) -> str:
    """A column: plain names and paths (`a->b`) as they are, all others in backticks."""
    return field if _PLAIN_NAME.fullmatch(field) else "`" + field.replace("`", "``") + "`"


def literal(value: SigmaString) -> str:
    """A value without wildcards, as the folded column compares with it."""
    return quoted(_cased(value, "".join(part for part in value.s if isinstance(part, str))))


def matches(column: str, subject: str, value: SigmaString) -> str:  # noqa: PLR0911 - one for each shape
    """A condition that is true where the column matches the value, and false where it is NULL.

    `subject` is the column as it compares with this value: in lower case unless the value is cased.
    """
    many = SpecialChars.WILDCARD_MULTI
    match value.s:
        case ():
            return f"{subject} = ''"
        case (SpecialChars.WILDCARD_MULTI,):
            return f"{column} IS NOT NULL"
        case (str(text),):
            return f"{subject} = {quoted(_cased(value, text))}"
        case (str(text), last) if last == many:
            return f"INSTR({subject}, {quoted(_cased(value, text))}) = 1"
        case (first, str(text)) if first == many and max(text.lower()) <= _LAST_OF_ONE_UNIT:
            wanted = _cased(value, text)
            return f"SUBSTRING({subject}, -{len(wanted)}) = {quoted(wanted)}"
        case (first, str(text), last) if first == last == many:
            return f"INSTR({subject}, {quoted(_cased(value, text))}) > 0"
    return f"REGEXP_EXTRACT({quoted(_regex(value))}, {subject}) IS NOT NULL"


def _cased(value: SigmaString, text: str) -> str:
    return text if isinstance(value, SigmaCasedString) else text.lower()


def _regex(value: SigmaString) -> str:
    parts = (
        _SPECIAL_IN_REGEX.sub(r"\\\g<0>", _cased(value, part)) if isinstance(part, str) else _WILDCARDS[part]
        for part in value.s
        if not isinstance(part, str) or part
    )
    return "^" + "".join(parts) + r"\z"
