"""A plug-in of the Pulumi tool ends when the tool ends, however that came about."""

import os
import signal
import threading
from typing import Final

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether the tool is still there."""


def interrupt_when_orphaned() -> None:
    """Send this process SIGINT once the process that started it is gone.

    The tool ends its plug-ins itself, unless it was killed. Without this they would stay for ever.
    """
    parent = os.getppid()

    def watch() -> None:
        gone = threading.Event()
        while os.getppid() == parent:
            gone.wait(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
