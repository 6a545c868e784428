"""The Pulumi tool at work: its output as it comes, Ctrl-C passed on once and waited for."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from cli.environment.locations import ROOT, VENV
from infra.errors import LabError

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PulumiFailedError(LabError):
    """The Pulumi tool ended with an error, which it has told already or which is quoted."""


class InterruptedByUserError(LabError):
    """The user stopped the Pulumi tool; what was under way has been finished and recorded."""


def run(arguments: Sequence[str], environment: Mapping[str, str], project: Path = ROOT) -> None:
    """Run `pulumi` with `arguments` in the folder `project`, its output going where this process's goes.

    Raises:
        PulumiFailedError: it ended with an error.
        InterruptedByUserError: it was stopped by Ctrl-C.
    """
    # A group of its own: the terminal's Ctrl-C reaches this process alone, which passes it on exactly once.
    # A second one is the tool's sign to drop everything, and has to come from the user.
    program = subprocess.Popen(
        _command(arguments, environment),
        stdin=subprocess.DEVNULL,
        env=dict(environment),
        cwd=project,
        process_group=0,
    )
    with _passed_on(program) as signals:
        code = program.wait()
    if signals:
        raise InterruptedByUserError(
            f"pulumi {arguments[0]} was interrupted; what it had begun is recorded.",
            "The next ./lab up or ./lab destroy goes on from here.",
        )
    if code != 0:
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}; its reasons are above"
        raise PulumiFailedError(
            f"pulumi {arguments[0]} {how}.",
            "When they are dealt with, run the same command again: it goes on from here.",
        )


def become_pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Go on as pytest, in the clone, with its `arguments`: its output and exit status are the verb's."""
    os.chdir(ROOT)
    python = str(VENV / "bin" / "python")
    os.execve(python, [python, "-m", "pytest", *arguments], dict(environment))  # noqa: S606 - no shell is wanted


def _command(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    program = shutil.which("pulumi", path=environment.get("PATH", os.defpath))
    return [program or "pulumi", "--non-interactive", *arguments]


@contextmanager
def _passed_on(program: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Pass what asks this process to stop on to `program`, as the interrupt that it knows; yields it."""
    seen: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if not seen:
            print("\nlab: stopping when the step under way is done; again to drop it.", file=sys.stderr)
        seen.append(number)
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, pass_on) for number in STOP_SIGNALS}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ask(arguments: Sequence[str], environment: Mapping[str, str], project: Path = ROOT) -> str:
    """What `pulumi` prints for `arguments` in the folder `project`.

    Raises:
        PulumiFailedError: it ended with an error, which is quoted.
    """
    asked = subprocess.run(
        _command(arguments, environment),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=dict(environment),
        cwd=project,
        check=False,
    )
    if asked.returncode != 0:
        raise PulumiFailedError(
            f"pulumi {' '.join(arguments[:2])} ended with {asked.returncode}: {asked.stderr.strip()}",
            "Is the set-up whole? ./lab setup repairs it.",
        )
    return asked.stdout
