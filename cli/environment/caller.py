"""Whoever called the lab: the streams that it was given, and errors as it is told them.

The launcher's set-up uses this too: nothing here may import more than the standard library.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from infra.errors import LabError, of_system


def complete_streams() -> None:
    """Give this process the standard streams that it was called without, as `>&-` does: they lead nowhere.

    What a stream's encoding cannot say is written as an escape.
    """
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - of the three streams
        os.set_inheritable(spare, True)  # noqa: FBT003 - its only argument
    os.close(spare)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def telling_errors() -> Iterator[None]:
    """An error that its user can act on ends the process with 1, told on standard error."""
    try:
        yield
    except BrokenPipeError:
        sys.exit(1)  # nobody is left to be told
    except LabError as error:
        _end(error)
    except OSError as error:
        _end(of_system(error))


def _end(error: LabError) -> None:
    print(as_told(error), file=sys.stderr)
    sys.exit(1)


def as_told(error: LabError) -> str:
    """`error` as the lab prints it: what happened, and below it, indented, what to do."""
    return "lab: " + "\n".join([error.what, *error.remedy.splitlines()]).replace("\n", "\n     ")
