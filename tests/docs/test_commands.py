"""Every command in the documentation is typed by a test, or has a reason; and all are parsed by their programs."""

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
from tests.docs import typed
from tests.docs.commands import DOCUMENTS, Command, commands


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
    assert text in typed.IN_A_SHELL or typed.why_not(text) is not None, (
        f"{command}: no test reads this command; teach tests/docs/test_commands.py to"
    )


def test_every_command_is_typed_by_a_test_or_has_a_reason() -> None:
    """The tests of tests/end_to_end type what these tables say."""
    typed_there = {*typed.SHOWN, *typed.ASKING, *typed.UNTIL_CTRL_C, *typed.IN_A_SHELL}
    left = [text for text in typed.left_to_type() if not text.startswith(typed.CONFIGURING)]
    assert [text for text in left if text not in typed_there] == [], (
        "add it to a table of tests/docs/typed.py"
    )
    assert typed_there - set(left) == set(), "no document tells this any more"


def test_what_other_tests_are_said_to_type_they_type() -> None:
    for text, file in typed.TYPED_BESIDE.items():
        assert f'.types("{text}")' in (REPOSITORY / file).read_text(encoding="utf-8")


def test_no_reason_is_left_over() -> None:
    told = [typed.text(command) for command in ALL]
    unused = [begin for begin in typed.NOT_TYPED if not any(text.startswith(begin) for text in told)]
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
