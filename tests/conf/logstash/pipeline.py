"""Logstash's pipeline files, parsed: plug-ins with their options, and the fields that they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logstash_pipeline_parser import Pipeline

REPOSITORY = Path(__file__).resolve().parents[3]
SECTIONS = ("input", "filter", "output")


@dataclass(frozen=True)
class Plugin:
    """One plug-in as it is configured."""

    section: str
    name: str
    options: dict[str, Any]


def parsed(file: Path) -> list[Any]:
    """A file's syntax tree; constructing the parser alone would not reject a bad one.

    Raises:
        Exception: the file is no Logstash pipeline.
    """
    return list(Pipeline(file.read_text(encoding="utf-8")).parse())


def plugins(file: Path) -> list[Plugin]:
    """All plug-ins of a file, in order, whatever conditions stand before them."""
    return [plugin for section, body in parsed(file) for plugin in _plugins(section, body)]


def _plugins(section: str, body: list[Any]) -> Iterator[Plugin]:
    for node in body:
        if isinstance(node, list) and len(node) >= 2 and isinstance(node[0], str) and _is_options(node[1]):
            if node[0] in {"if", "else if", "else"}:
                yield from _plugins(section, _flat(node[1:]))
            else:
                yield Plugin(section, node[0], {str(key): value[0] for key, value in node[1]})
        elif isinstance(node, list):
            yield from _plugins(section, node)


def _is_options(node: Any) -> bool:
    return isinstance(node, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], list)
        and len(pair[1]) == 1
        for pair in node
    )


def _flat(nodes: list[Any]) -> list[Any]:
    return [item for node in nodes if isinstance(node, list) for item in node]


def strings(file: Path) -> list[str]:
    """Every quoted text of a file."""
    text = re.sub(r"^\s*#.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.findall(r'"([^"\n]*)"', text)
