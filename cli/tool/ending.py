"""A plug-in of the Pulumi tool ends at once when the tool says so, and by itself when the tool is gone."""

import os
import select
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether the tool is still there."""


def on_end(end: Callable[[], None]) -> None:
    """Call `end`, in a thread of its own, on SIGINT, on SIGTERM, or when the starter of this process is gone.

    The system may hand a signal to any thread, and Python runs its handler in the main one, which does not
    notice while it waits for a lock. So the signal is told through the wake-up descriptor (`signal` in
    Python's library reference), to a thread that waits for nothing else. The tool kills who has not ended in
    5 seconds.
    """
    parent = os.getppid()
    told, tell = socket.socketpair()
    tell.settimeout(0)
    signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _hear)

    def watch() -> None:
        # Holds on to both ends: a descriptor that was closed would be told nothing.
        with told, tell:
            while os.getppid() == parent and not select.select([told], [], [], LOOK_EVERY)[0]:
                continue
            end()

    threading.Thread(target=watch, name="await-end", daemon=True).start()


def _hear(_signal: int, _frame: FrameType | None) -> None:
    """Nothing: that there is a handler lets the wake-up descriptor be told."""
