"""Whether an event is what an expression asks for, and which events the database need not look at."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from embedded.splunk.search.expression import AllOf, AnyOf, Compare, Expression, Not, Term
from embedded.splunk.search.rows import Row, values

METADATA: Final = frozenset(
    {
        "index",
        "host",
        "source",
        "sourcetype",
        "splunk_server",
        "linecount",
        "_time",
        "_indextime",
        "_raw",
        "_cd",
    }
)
_PLAIN: Final = re.compile(r"[ !#-)+-\[\]-~]+")
"""A value that JSON writes as it is, or with Unicode escapes: ASCII without quote, backslash and `*`."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def matches(expression: Expression, fields: Row) -> bool:
    """Whether the event satisfies the expression."""
    match expression:
        case AllOf(operands):
            return all(matches(operand, fields) for operand in operands)
        case AnyOf(operands):
            return any(matches(operand, fields) for operand in operands)
        case Not(operand):
            return not matches(operand, fields)
        case Term(text):
            return _term(text).search(str(fields["_raw"])) is not None
        case Compare(field, operator, value):
            return _compares(values(fields, field), operator, value)


def may_match(expression: Expression, index: str) -> bool:
    """Whether an event of that index could satisfy the expression, as far as its `index` terms tell."""
    match expression:
        case AllOf(operands):
            return all(may_match(operand, index) for operand in operands)
        case AnyOf(operands):
            return any(may_match(operand, index) for operand in operands)
        case Not(Compare("index", "=", value)):
            return not _equal(index, value)
        case Compare("index", operator, value):
            return _compares([index], operator, value) and not (
                index.startswith("_") and value.startswith("*")
            )
        case _:
            return True


def names_index(expression: Expression) -> bool:
    """Whether the expression says anything of the index."""
    match expression:
        case AllOf(operands) | AnyOf(operands):
            return any(names_index(operand) for operand in operands)
        case Not(operand):
            return names_index(operand)
        case Compare(field, _, _):
            return field == "index"
        case _:
            return False


def required_texts(expression: Expression) -> Iterator[str]:
    """SQL LIKE patterns that the raw text of every match satisfies, unless JSON escapes hide the text."""
    match expression:
        case AllOf(operands):
            for operand in operands:
                yield from required_texts(operand)
        case Compare(field, "=", text) if field not in METADATA:
            if _PLAIN.fullmatch(text) and number(text) is None:
                yield f"%{text}%"
        case Term(text) if _PLAIN.fullmatch(text):
            yield f"%{text}%"
        case _:
            return


def _compares(found: list[str], operator: str, value: str) -> bool:
    if operator == "=":
        return any(_equal(candidate, value) for candidate in found)
    if operator == "!=":
        return bool(found) and not any(_equal(candidate, value) for candidate in found)
    return any(_ordered(candidate, operator, value) for candidate in found)


def _equal(candidate: str, value: str) -> bool:
    if "*" in value:
        return _wildcard(value).fullmatch(candidate) is not None
    if candidate.casefold() == value.casefold():
        return True
    wanted = number(value)
    return wanted is not None and number(candidate) == wanted


def _ordered(candidate: str, operator: str, value: str) -> bool:
    left, right = number(candidate), number(value)
    if left is not None and right is not None:
        return _is_so(left < right, left == right, operator)
    return _is_so(candidate < value, candidate == value, operator)


def _is_so(less: bool, equal: bool, operator: str) -> bool:
    return {"<": less, "<=": less or equal, ">": not (less or equal), ">=": not less}[operator]


def number(text: str) -> Decimal | None:
    """The number that a text is. No exponents: `12e4` is more likely part of a digest."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=256)
def _wildcard(value: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, value.split("*"))), re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=256)
def _term(text: str) -> re.Pattern[str]:
    """A term stands between characters that are neither letters nor digits (Splunk's segmentation)."""
    body = r"[^\s]*".join(map(re.escape, text.split("*")))
    before = r"(?<![^\W_])" if text[:1].isalnum() else ""
    after = r"(?![^\W_])" if text[-1:].isalnum() else ""
    return re.compile(before + body + after, re.IGNORECASE)
