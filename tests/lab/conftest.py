"""The checks of a running stack: `./lab verify`, or `pytest tests/lab` after `source .lab/env`.

A plain `pytest` leaves this folder out, because it needs a stack that is up.
"""

import functools
import os
from pathlib import Path

import pytest

from cli.environment.locations import ROOT
from cli.stack import session
from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.outputs import StackOutputs

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = []
    for item in items:
        for mark in item.iter_markers(LIVES):
            name, *values = mark.args
            if getattr(outputs(), name) not in values:
                left_out.append(item)
                REASONS.append(
                    f"{item.name}: {name} is {getattr(outputs(), name)}, not {' or '.join(values)}"
                )
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


REASONS: list[str] = []
"""Why which check was left out."""

NOT_THERE = {
    "zeek_server": "no sensor to look at: Zeek's logs come from a recording",
    "windows_client": "no agents to look at: the endpoints' events come from a recording",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not is_asked_for(config.invocation_params.args) or not outputs.cache_info().currsize:
        return
    recorded = [f"{name}: {why}" for name, why in NOT_THERE.items() if getattr(outputs(), name) == "recorded"]
    if left_out := REASONS + recorded:
        terminalreporter.section("left out")
        for line in left_out:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def stack() -> StackOutputs:
    """Where the stack's parts are."""
    return outputs()


@pytest.fixture(scope="session")
def run_directory(stack: StackOutputs) -> RunDirectory:
    """The folder of an embedded stack."""
    return RunDirectory(ROOT / stack.run_directory)
