"""The Pulumi tool at work: its output as it comes, Ctrl-C passed on once and waited for."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn, Self

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
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with _Interrupts(heard_by_program=on_terminal) as interrupts:
        program = subprocess.Popen(
            _command(arguments, environment, interactive=on_terminal),
            stdin=None if on_terminal else subprocess.DEVNULL,
            env=dict(environment),
            cwd=project,
            # On a terminal the tool draws, and hears Ctrl-C itself. Elsewhere it is in a group of its own, so
            # that it hears of an interrupt once, from here: to it a second one means to drop everything.
            process_group=None if on_terminal else 0,
        )
        interrupts.pass_on_to(program)
        code = program.wait()
    if interrupts.seen:
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


def _command(
    arguments: Sequence[str], environment: Mapping[str, str], *, interactive: bool = False
) -> list[str]:
    program = shutil.which("pulumi", path=environment.get("PATH", os.defpath)) or "pulumi"
    return [program, *arguments] if interactive else [program, "--non-interactive", *arguments]


class _Interrupts:
    """Passes what asks this process to stop on to the Pulumi tool, as the interrupt that it knows.

    Listens from before the tool starts, so that there is no moment at which it would be left behind.
    """

    def __init__(self, *, heard_by_program: bool) -> None:
        self.seen = 0
        self._heard_by_program = heard_by_program
        self._program: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._hear) for number in STOP_SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def pass_on_to(self, program: subprocess.Popen[bytes]) -> None:
        """From now on, and for what was heard already."""
        self._program = program
        for _ in range(self.seen):
            program.send_signal(signal.SIGINT)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self._heard_by_program:
            return
        if not self.seen:
            print("\nlab: stopping when the step under way is done; again to drop it.", file=sys.stderr)
        self.seen += 1
        if self._program is not None:
            self._program.send_signal(signal.SIGINT)


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
