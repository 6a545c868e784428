"""The commands that the documentation tells its readers to type."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conftest import REPOSITORY

DOCUMENTS: Final = sorted(
    file.relative_to(REPOSITORY)
    for pattern in ("*.md", "docs/*.md", "recordings/*.md")
    for file in REPOSITORY.glob(pattern)
    if file.name != "CHANGELOG.md"
)
OTHER_LANGUAGES: Final = frozenset(
    {"text", "mermaid", "yaml", "json", "sql", "python", "powershell", "spl", "xml", "html"}
)
"""Fenced blocks of these are no commands of a shell."""
_FENCE: Final = re.compile(r"^```(?P<language>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE: Final = re.compile(r"(?<!`)`((?:\./lab|pulumi|docker|python -m|uv|pytest) [^`]+)`(?!`)")


@dataclass(frozen=True)
class Command:
    """A command as it is to be typed, without its comment, and where that is said."""

    document: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document}: {' '.join(self.words)}"


def fenced(text: str) -> Iterator[str]:
    """The lines of the blocks that are commands of a shell."""
    for block in _FENCE.finditer(text):
        if block["language"].strip() not in OTHER_LANGUAGES:
            joined = block["body"].replace("\\\n", " ")
            yield from (line for line in joined.splitlines() if line.strip())


def commands(document: Path) -> list[Command]:
    """All commands of a document, also those within its sentences, in their order."""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    told = [*fenced(text), *_INLINE.findall(_FENCE.sub("", text))]
    return [Command(document, part) for line in told for part in _parts(shlex.split(line, comments=True))]


def _parts(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The commands of a line: `&&` and `;` end one; where output goes is no part of it."""
    part: list[str] = []
    skipped = False
    for word in words:
        if word in {"&&", ";", "|"}:
            yield tuple(part)
            part = []
        elif word == ">":
            skipped = True
        elif skipped:
            skipped = False
        else:
            part.append(word)
    if part:
        yield tuple(part)
