"""The expression of the `search` command: what an event must be like.

Splunk's Search Reference, "search": adjacent terms are joined with AND; NOT binds tightest, then OR, then
AND; the operators are upper case; values are compared without regard to case and `*` matches anything.
"""

from dataclasses import dataclass
from typing import Final

from embedded.splunk.errors import SearchError
from embedded.splunk.search.lexer import Word

COMPARISONS: Final = frozenset({"=", "!=", "<", ">", "<=", ">="})
REFUSED_FIELDS: Final = frozenset({"eventtype", "tag", "savedsearch", "_index_earliest", "_index_latest"})
REFUSED_DIRECTIVES: Final = frozenset({"TERM", "CASE"})


@dataclass(frozen=True)
class Compare:
    """A field compared with a value."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class Term:
    """A word or phrase that must stand in the raw text."""

    text: str


@dataclass(frozen=True)
class Not:
    """The contrary."""

    operand: "Expression"


@dataclass(frozen=True)
class AllOf:
    """Every one of the operands; with none of them, anything."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of the operands."""

    operands: tuple["Expression", ...]


Expression = Compare | Term | Not | AllOf | AnyOf


def parse(words: list[Word]) -> Expression:
    """The expression of these words.

    Raises:
        SearchError: an operand is missing, a parenthesis is not closed, or a part is not supported.
    """
    parser = _Parser(words)
    expression = parser.all_of()
    if parser.position < len(words):
        raise SearchError(f"Unexpected '{words[parser.position].text}' in the search.")
    return expression


class _Parser:
    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.position = 0

    def all_of(self) -> Expression:
        operands: list[Expression] = []
        while self.position < len(self.words) and not self._at(")", operator=True):
            if self._take("AND"):
                if not operands:
                    raise SearchError("The operator at 'AND' is invalid.")
                operands.append(self._any_of())
                continue
            operands.append(self._any_of())
        return operands[0] if len(operands) == 1 else AllOf(tuple(operands))

    def _any_of(self) -> Expression:
        operands = [self._negation()]
        while self._take("OR"):
            operands.append(self._negation())
        return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))

    def _negation(self) -> Expression:
        if self._take("NOT"):
            return Not(self._negation())
        return self._operand()

    def _operand(self) -> Expression:
        word = self._next()
        if word.operator:
            if word.text != "(":
                raise SearchError(f"The operator at '{word.text}' is invalid.")
            inner = self.all_of()
            self._expect(")")
            return inner
        if not word.quoted and word.text in {"AND", "OR"}:
            raise SearchError(f"The operator at '{word.text}' is invalid.")
        if self._take("IN"):
            return self._membership(_supported(word.text))
        following = self.words[self.position] if self.position < len(self.words) else None
        if following and following.operator and following.text in COMPARISONS:
            self.position += 1
            value = self._next()
            if value.operator:
                raise SearchError(f"Comparator '{following.text}' is missing a term on the right hand side.")
            return Compare(_supported(word.text), following.text, value.text)
        if not word.quoted and word.text in REFUSED_DIRECTIVES and following and following.text == "(":
            raise SearchError(f"{word.text}() is not supported here.")
        return Term(word.text)

    def _membership(self, field: str) -> Expression:
        self._expect("(")
        values: list[Expression] = []
        while not self._at(")", operator=True):
            value = self._next()
            if value.operator and value.text == ",":
                continue
            if value.operator:
                raise SearchError(f"Unexpected '{value.text}' in the list of '{field} IN'.")
            values.append(Compare(field, "=", value.text))
        self._expect(")")
        if not values:
            raise SearchError(f"The list of '{field} IN' is empty.")
        return AnyOf(tuple(values))

    def _next(self) -> Word:
        if self.position >= len(self.words):
            raise SearchError("The search ends where a term is expected.")
        self.position += 1
        return self.words[self.position - 1]

    def _at(self, text: str, *, operator: bool = False) -> bool:
        if self.position >= len(self.words):
            return False
        word = self.words[self.position]
        return word.text == text and word.operator == operator and not word.quoted

    def _take(self, keyword: str) -> bool:
        if self._at(keyword):
            self.position += 1
            return True
        return False

    def _expect(self, operator: str) -> None:
        if not self._at(operator, operator=True):
            raise SearchError(f"'{operator}' is missing in the search.")
        self.position += 1


def _supported(field: str) -> str:
    if field in REFUSED_FIELDS or field.startswith(("tag::", "date_")):
        raise SearchError(f"Searching on '{field}' is not supported here.")
    return field
