"""A command typed at a terminal, which asks before it acts."""

import errno
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from typing import Final

from tests.end_to_end.conftest import PATIENCE_SECONDS, Clone

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78])")
"""ECMA-48's control sequences, as far as programs here write them."""
_WHERE: Final = "\x1b[6n"
_HERE: Final = b"\x1b[1;1R"
"""A program asks where the cursor is, and waits for the answer (ECMA-48: DSR, CPR)."""
_SIZE: Final = (50, 120)


def answered(clone: Clone, command: str, question: str, answer: str) -> str:
    """Type a command in the clone, answer the question that it asks, and return all that it showed.

    It has to ask, and to succeed.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, _SIZE)
    process = subprocess.Popen(
        ["bash", "-c", f". .lab/env; exec {command}"],
        cwd=clone.folder,
        env={**clone.environment(), "TERM": "xterm", "COLUMNS": str(_SIZE[1])},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, is_answered, deadline = "", False, time.monotonic() + PATIENCE_SECONDS
    try:
        while (more := _more(ours, deadline)) is not None:
            shown += more
            if _WHERE in more:
                os.write(ours, _HERE)
            if not is_answered and question in _ESCAPES.sub("", shown):
                os.write(ours, answer.encode())
                is_answered = True
        code = process.wait(PATIENCE_SECONDS)
    finally:
        os.close(ours)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    told = _ESCAPES.sub("", shown)
    assert is_answered, f"{command} did not ask {question!r}:\n{told}"
    assert code == 0, f"{command} ended with {code}:\n{told}\n{clone.logs()}"
    return told


def _more(ours: int, deadline: float) -> str | None:
    """What the terminal shows next; None when its program has ended."""
    ready, _, _ = select.select([ours], [], [], max(0.0, deadline - time.monotonic()))
    assert ready, "the command does not go on"
    try:
        return os.read(ours, 65_536).decode(errors="replace") or None
    except OSError as error:
        if error.errno == errno.EIO:  # Linux's way to say that nobody has the other end any more
            return None
        raise
