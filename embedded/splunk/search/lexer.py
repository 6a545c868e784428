"""The words of a search: where commands end, and what is quoted."""

import re
from dataclasses import dataclass
from typing import Final

from embedded.splunk.errors import SearchError

_WORD: Final = re.compile(
    r"""\s*(?:
    (?P<quoted>"(?:[^"\\]|\\.)*")
  | (?P<operator>!=|<=|>=|[()=<>,])
  | (?P<word>[^\s"()=<>,!]+(?:![^\s"()=<>,!=]+)*)
)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r'\\(["\\])')


@dataclass(frozen=True)
class Word:
    """A word, a quoted string without its quotes, or an operator."""

    text: str
    quoted: bool = False
    operator: bool = False


def commands(search: str) -> list[str]:
    """The commands of a pipeline, without the pipes.

    Raises:
        SearchError: an unbalanced quote, a subsearch or a macro.
    """
    parts, current, quoted, position = [], "", False, 0
    while position < len(search):
        character = search[position]
        if character == "\\" and quoted:
            current += search[position : position + 2]
            position += 2
            continue
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "[]`":
            raise SearchError(f"Subsearches and macros are not supported here: '{character}'.")
        if character == "|" and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
        position += 1
    if quoted:
        raise SearchError("Unbalanced quotes.")
    return [part.strip() for part in [*parts, current]]


def words(text: str) -> list[Word]:
    """The words of one command.

    Raises:
        SearchError: a character that no word can begin with.
    """
    found: list[Word] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            raise SearchError(f"The search cannot be read at '{text[position:].strip()[:20]}'.")
        position = match.end()
        if (quoted := match["quoted"]) is not None:
            found.append(Word(_ESCAPE.sub(r"\1", quoted[1:-1]), quoted=True))
        elif (operator := match["operator"]) is not None:
            found.append(Word(operator, operator=True))
        else:
            found.append(Word(match["word"]))
    return found
