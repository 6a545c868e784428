"""Ctrl-C while a command still imports what it needs: it ends at once, without a traceback.

The exception that Python makes of it elsewhere would be told as an error of whatever was just imported.
Nothing but `signal` may be imported here: what comes before it, Ctrl-C meets as Python has it.
"""

import signal

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended, as a shell has it."""


def end_at_once() -> None:
    """Let Ctrl-C end this process by itself, unless its caller ignores it, as a shell's `&` does."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again, so that what was begun is put in order."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
