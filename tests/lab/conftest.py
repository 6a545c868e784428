"""The checks of a running stack: `./lab verify`, or `pytest tests/lab` after `source .lab/env`.

A plain `pytest` leaves this folder out, because it needs a stack that is up.
"""

import functools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from testinfra.host import Host

from cli.environment.locations import ROOT
from cli.stack import session
from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.outputs import StackOutputs
from infra.provision.winrm import WinrmHost
from tests.lab import machines

HERE = Path(__file__).parent

LIVES = "lives_in"
"""A mark with the names of an output and of the values with which a check applies to a stack."""


@functools.cache
def outputs() -> StackOutputs:
    """The outputs of the stack that is checked: the selected one, unless LAB_STACK names another.

    Raises:
        pytest.UsageError: it is not up.
    """
    try:
        return session.outputs(os.environ.get("LAB_STACK"))
    except LabError as error:
        raise pytest.UsageError(str(error)) from None


def is_asked_for(arguments: tuple[str, ...]) -> bool:
    """Whether pytest was told to check a stack: by naming this folder, or something in it."""
    named = (
        Path(argument.partition("::")[0]).resolve() for argument in arguments if not argument.startswith("-")
    )
    return any(path == HERE or HERE in path.parents for path in named)


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return None if is_asked_for(config.invocation_params.args) else True


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{LIVES}(output, *values): the check applies to stacks with such an output."
    )


@dataclass
class Told:
    """What is told after the checks."""

    left_out: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The names of checks, by file and by the reason why they were left out."""
    files: Counter[str] = field(default_factory=Counter)
    """How many checks each file has."""
    figures: list[str] = field(default_factory=list)

    def reasons(self) -> Iterator[str]:
        """Each file that was left out whole, and each check of the others, with the reason."""
        for file, reasons in self.left_out.items():
            for why, names in reasons.items():
                whole = len(names) == self.files[file]
                yield from (f"{name}: {why}" for name in ([file] if whole else names))


TOLD = pytest.StashKey[Told]()

RECORDED = {
    "zeek_server": "the Zeek server is a recording: there is no sensor to look at",
    "windows_client": "the Windows client is a recording: there are no agents to look at",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    told = config.stash.setdefault(TOLD, Told())
    told.files.update(item.path.stem for item in items)
    left_out = []
    for item in items:
        why = next(filter(None, map(_unfit, item.iter_markers(LIVES))), None)
        if why is not None:
            left_out.append(item)
            told.left_out.setdefault(item.path.stem, {}).setdefault(why, []).append(item.name)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _unfit(mark: pytest.Mark) -> str | None:
    """Why a check does not apply to the stack; None when it does."""
    name, *values = mark.args
    found = getattr(outputs(), name)
    if found in values:
        return None
    if found == "recorded":
        return RECORDED[name]
    return f"{name} is {found}, not {' or '.join(values)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    told = config.stash.get(TOLD, Told())
    for title, lines in (("figures", told.figures), ("left out", list(told.reasons()))):
        if lines and is_asked_for(config.invocation_params.args):
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> list[str]:
    """Lines that are printed when all checks are made."""
    return pytestconfig.stash[TOLD].figures


@pytest.fixture(scope="session")
def zeek_host(stack: StackOutputs, run_directory: RunDirectory) -> Host:
    """The Zeek server, as the stack reaches it."""
    return machines.over_ssh(stack.zeek_host.get_secret_value(), run_directory.path)


@pytest.fixture(scope="session")
def windows_host(stack: StackOutputs) -> Iterator[WinrmHost]:
    """The Windows client, as the stack reaches it."""
    host = machines.over_winrm(stack.windows_host.get_secret_value())
    yield host
    host.close()


@pytest.fixture(scope="session")
def stack() -> StackOutputs:
    """Where the stack's parts are."""
    return outputs()


@pytest.fixture(scope="session")
def run_directory(stack: StackOutputs) -> RunDirectory:
    """The folder of an embedded stack."""
    return RunDirectory(ROOT / stack.run_directory)
