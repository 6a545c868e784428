"""A stack's configuration before it is up: its file, and for what is encrypted the Pulumi tool."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.environment import shell
from cli.stack.process import ask
from cli.stack.selection import DEFAULT, configured
from cli.tool.candidate import Tool
from infra import config
from infra.config import LabConfiguration
from infra.errors import LabError


@dataclass(frozen=True, kw_only=True)
class Configured:
    """A stack's configuration, checked; `encrypted` are the keys that are so in its file."""

    stack: str
    values: LabConfiguration
    encrypted: frozenset[str]

    def is_secret(self, key: str) -> bool:
        """Whether a key is encrypted."""
        return f"{config.PROJECT}:{key}" in self.encrypted


def selected(tool: Tool | str, project: Path) -> str:
    """The stack that is selected, the default one where none is."""
    if isinstance(tool, str):
        return DEFAULT
    try:
        stacks = json.loads(ask(["stack", "ls", "--json"], _environment(tool), project))
    except LabError:
        return DEFAULT
    return next((str(stack["name"]) for stack in stacks if stack["current"]), DEFAULT)


def read(stack: str, tool: Tool | str, project: Path) -> Configured:
    """Read and check the configuration of a stack, without making the stack.

    Raises:
        LabError: there is none of that name, it cannot work, or what is encrypted cannot be read.
    """
    file = project / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        raise LabError(
            f"there is no stack {stack}: no {file.name} is here",
            f"There are: {', '.join(configured(project))}.",
        )
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise LabError(f"{file.name} is not YAML: {error}", "Mend it, or take it from git again.") from None
    raw: dict[str, Any] = content.get("config") or {}
    encrypted = frozenset(key for key, value in raw.items() if isinstance(value, dict) and "secure" in value)
    values = {key: str(value) for key, value in raw.items() if key not in encrypted}
    if encrypted:
        values |= _decrypted(stack, tool, project, encrypted)
    return Configured(stack=stack, values=config.parse(values), encrypted=encrypted)


def _decrypted(stack: str, tool: Tool | str, project: Path, wanted: frozenset[str]) -> dict[str, str]:
    if isinstance(tool, str):
        raise LabError(
            f"the passwords of stack {stack} cannot be read without the Pulumi tool", "./lab setup gets it."
        )
    asked = ["config", "--json", "--show-secrets", "--stack", stack]
    told = json.loads(ask(asked, _environment(tool), project))
    return {key: str(told[key]["value"]) for key in wanted if key in told}


def _environment(tool: Tool) -> dict[str, str]:
    return dict(shell.environment(tool.bin, os.environ))
