"""Programs that a set-up step runs: their output goes to a log, and a failure quotes its end."""

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from infra.errors import LabError

QUOTED_LINES: Final = 12
"""Lines of a failed program's output that its error repeats."""


class StepFailedError(LabError):
    """A program that a set-up step needs ended with an error."""


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    failed: str,
    remedy: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> None:
    """Run `command` to its end with no input, its output in the file `log`.

    Args:
        command: the program and its arguments.
        log: where the whole output is kept; replaced.
        failed: what is the case when it fails, a clause for the error.
        remedy: what its user can do then.
        environment: its environment, this process's unless given.
        directory: where it runs.
        on_line: called with each line of output as it comes.

    Raises:
        StepFailedError: the program is missing or ended with an error; the end of its output is quoted.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: deque[str] = deque(maxlen=QUOTED_LINES)
    try:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            cwd=directory,
        )
    except OSError as error:
        raise StepFailedError(f"{failed}: {command[0]} does not start: {error}.", remedy) from error
    with program, log.open("w", encoding="utf-8") as file:
        try:
            for line in program.stdout or ():
                file.write(line)
                tail.append(line.rstrip())
                on_line(line.rstrip())
        except BaseException:
            program.terminate()
            raise
    if program.returncode != 0:
        quoted = "\n".join(f"  {line}" for line in tail)
        what = f"{failed}: {Path(command[0]).name} ended with {program.returncode}:\n{quoted}"
        raise StepFailedError(what, f"{remedy}\nThe whole output is in {log}.")
