"""Every command in the documentation can be typed: it is parsed by the program that it is for, or has a reason."""

import importlib
import importlib.util
import os
import re
import subprocess
from collections.abc import Callable
from typing import Final

import click
import pytest

from cli.__main__ import verbs
from cli.environment import shell
from cli.tool.provide import provide
from infra import config
from infra.observation.faults import known
from tests.conftest import REPOSITORY
from tests.docs.commands import DOCUMENTS, Command, commands

NOT_RUN_HERE: Final = {
    "source .lab/env": "a shell's own; tests/cli/environment/test_shell.py reads that file in bash and zsh",
    "pre-commit install": "would write into this clone's hooks",
    "docker exec": "needs a docker stack, whose images cannot be had everywhere",
    "docker rm": "as docker exec",
    "docker volume rm": "as docker exec",
    "docker load": "the engine's own word for taking images from a file; nothing of the lab's is in it",
    "docker inspect": "as docker load",
}
"""What no test types, by how it begins, and why."""


def _lab(words: tuple[str, ...]) -> None:
    """Click itself reads the arguments: an option that is not there is an error."""
    verb, *arguments = words
    if verb in {"--help", "COMMAND", "VERB"}:
        return
    assert verb in verbs()
    command: click.Command = importlib.import_module(f"cli.{verb}").command
    try:
        command.make_context(verb, list(arguments))
    except click.exceptions.Exit:
        assert "--help" in arguments


def _pulumi(words: tuple[str, ...]) -> None:
    verb, *arguments = words
    if [verb, *arguments[:1]] == ["config", "set"]:
        _configured([word for word in arguments[1:] if not word.startswith("--")])
        return
    known_verbs = [verb]
    for word in arguments:
        if word.startswith("-") or not re.fullmatch(r"[a-z]+", word) or verb not in {"stack", "config"}:
            break
        known_verbs.append(word)
        break
    told = _help(tuple(known_verbs))
    for word in arguments:
        if word.startswith("--"):
            assert re.search(rf"{re.escape(word.partition('=')[0])}\b", told)


def _configured(words: list[str]) -> None:
    key, *values = words
    if key == "KEY":
        return
    assert key in config.allowed()
    if values and not values[0].isupper():
        config.parse({f"{config.PROJECT}:{key}": values[0]})


def _help(verb: tuple[str, ...]) -> str:
    tool = shell.environment(provide().bin, os.environ)
    told = subprocess.run(
        ["pulumi", *verb, "--help"], env=tool, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def _python(words: tuple[str, ...]) -> None:
    assert words[0] == "-m"
    assert importlib.util.find_spec(words[1]) is not None


def _pytest(words: tuple[str, ...]) -> None:
    assert all((REPOSITORY / word.partition("::")[0]).exists() for word in words if not word.startswith("-"))


def _uv(words: tuple[str, ...]) -> None:
    """As .ci and the lab's own set-up call it: the files that are named are there."""
    assert words[:2] == ("pip", "compile")
    assert all((REPOSITORY / word).is_file() for word in words if word.startswith("requirements"))


PARSED: Final[dict[str, Callable[[tuple[str, ...]], None]]] = {
    "./lab": _lab,
    "pulumi": _pulumi,
    "python": _python,
    "pytest": _pytest,
    "uv": _uv,
}
ALL: Final = [command for document in DOCUMENTS for command in commands(document)]


@pytest.mark.parametrize("command", ALL, ids=str)
def test_a_command_of_the_documentation_can_be_typed(command: Command) -> None:
    program, *arguments = command.words
    if program in PARSED:
        PARSED[program](tuple(arguments))
        return
    text = " ".join(command.words)
    script = REPOSITORY / program
    if program.startswith(".") and script.is_file():
        assert os.access(script, os.X_OK)
        return
    assert any(text.startswith(begin) for begin in NOT_RUN_HERE), (
        f"{command}: no test reads this command; teach tests/docs/test_commands.py to, or give a reason"
    )


def test_no_reason_is_left_over() -> None:
    told = [" ".join(command.words) for command in ALL]
    unused = [begin for begin in NOT_RUN_HERE if not any(text.startswith(begin) for text in told)]
    assert unused == []


def test_every_fault_has_its_line_in_the_troubleshooting() -> None:
    text = (REPOSITORY / "docs/troubleshooting.md").read_text(encoding="utf-8")
    folder = REPOSITORY / "infra/observation/faults"
    names = [
        importlib.import_module(f"infra.observation.faults.{file.stem}").NAME
        for file in folder.glob("*.py")
        if file.stem not in {"__init__", "finding", "known"}
    ]
    assert len(names) > 10, known.__name__
    assert [name for name in names if f"`{name}" not in text] == []


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    links = {
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(
            r"\]\(([^)#]+)(?:#[^)]*)?\)", (REPOSITORY / document).read_text(encoding="utf-8")
        )
    }
    broken = {
        (document, target)
        for document, target in links
        if "://" not in target and not (REPOSITORY / document.parent / target).exists()
    }
    assert broken == set()


def test_the_readme_leads_to_every_document() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [str(file) for file in DOCUMENTS if file.parent.name == "docs" and str(file) not in text] == []
