"""Long steps that say what they do and for how long they have been at it."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

PATIENCE: Final = 1.0
"""Seconds after which a step is long enough to be shown."""
TERMINAL_REFRESH: Final = 0.5
"""Seconds between two figures on a terminal, where the line is overwritten."""
LOG_REFRESH: Final = 30.0
"""Seconds between two lines where nothing can be overwritten."""


SHORT: Final = 10.0
"""Seconds below which tenths are worth telling."""


def elapsed(seconds: float) -> str:
    """`seconds` as a person says them: `3.2 s`, `45 s`, `2 m 05 s`."""
    if seconds < SHORT:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} m {rest:02d} s"


class Step:
    """A long step under way. `detail` says how far it is, in a few words, and may be set at any time."""

    def __init__(self, what: str, stream: TextIO) -> None:
        self.what = what
        self.detail = ""
        self._stream = stream
        self._overwrite = stream.isatty()
        self._start = time.monotonic()
        self._ended = threading.Event()
        self._shown = False
        self._reporter = threading.Thread(target=self._report, name="progress", daemon=True)
        self._reporter.start()

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._start

    def _report(self) -> None:
        pause = PATIENCE
        while not self._ended.wait(pause):
            pause = TERMINAL_REFRESH if self._overwrite else LOG_REFRESH
            detail = f", {self.detail}" if self.detail else ""
            self._write(f"{self.what} … {elapsed(self.seconds)}{detail}", last=False)
            self._shown = True

    def _write(self, text: str, *, last: bool) -> None:
        start, end = ("\r\033[K", "\n" if last else "") if self._overwrite else ("", "\n")
        self._stream.write(f"{start}lab: {text}{end}")
        self._stream.flush()

    def end(self, outcome: str) -> None:
        """Stop reporting; a step that was shown gets a last line with its `outcome`."""
        self._ended.set()
        self._reporter.join()
        if self._shown:
            self._write(f"{self.what}: {outcome} {elapsed(self.seconds)}", last=True)


@contextmanager
def step(what: str, stream: TextIO | None = None) -> Iterator[Step]:
    """Show `what` while the block runs, if it takes longer than a moment.

    Args:
        what: the step in words that its user knows, such as "installing the Python packages".
        stream: where to; standard error unless given, so that standard output stays the result's.
    """
    running = Step(what, stream or sys.stderr)
    try:
        yield running
    except BaseException:
        running.end("stopped after")
        raise
    running.end("done in")
