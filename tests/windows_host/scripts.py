"""Our PowerShell scripts, read as PowerShell: which there are, and what their `param` blocks demand."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

REPOSITORY = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Parameter:
    """One parameter of a script."""

    mandatory: bool
    allowed: tuple[str, ...]
    """What a ValidateSet names; empty when there is none."""


def parse(text: str) -> Node:
    """Parse a script into its syntax tree."""
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


@cache
def all_scripts() -> dict[str, Path]:
    """Every script that goes to a host, by its file name."""
    folders = (REPOSITORY / "infra", REPOSITORY / "roles" / "windows", REPOSITORY / "tests" / "lab")
    return {path.name: path for folder in folders for path in sorted(folder.rglob("*.ps1"))}


def name_of(text: str) -> str:
    """The file name of a script, by its text."""
    for name, path in all_scripts().items():
        if path.read_text(encoding="utf-8") == text:
            return name
    raise AssertionError(f"a script that is not in the repository was sent: {text[:200]}")


def _descendants(node: Node, kind: str) -> list[Node]:
    found = [node] if node.type == kind else []
    for child in node.children:
        found += _descendants(child, kind)
    return found


def parameters(text: str) -> dict[str, Parameter]:
    """The parameters of a script, by name."""
    block = next(child for child in parse(text).children if child.type == "param_block")
    found = {}
    for parameter in _descendants(block, "script_parameter"):
        words = (parameter.text or b"").decode()
        name = next(child for child in parameter.children if child.type == "variable")
        allowed = words.partition("ValidateSet(")[2].partition(")")[0]
        found[(name.text or b"").decode().removeprefix("$")] = Parameter(
            mandatory="Mandatory" in words,
            allowed=tuple(word.strip().strip("'") for word in allowed.split(",") if word.strip()),
        )
    return found
