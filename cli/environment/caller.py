"""Whoever called the lab: the streams that it was given, and errors as it is told them.

The launcher's set-up uses this too: nothing here may import more than the standard library.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from infra.errors import LabError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


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
        _end(_of_system(error))


def _of_system(error: OSError) -> LabError:
    """What the operating system refused, and what to do about it."""
    place = "" if error.filename is None else f": {error.filename}"
    if error.errno in _FULL:
        remedy = "Make room there, then run the same command again."
    elif error.errno in _FORBIDDEN:
        remedy = (
            "The clone has to be a folder that you may write to, and so have the folders that HOME,\n"
            "XDG_CACHE_HOME and TMPDIR name, where the lab keeps what all clones share."
        )
    else:
        remedy = "When that is mended, run the same command again."
    return LabError(f"the system says: {error.strerror or error}{place}.", remedy)


def _end(error: LabError) -> None:
    print(as_told(error), file=sys.stderr)
    sys.exit(1)


def as_told(error: LabError) -> str:
    """`error` as the lab prints it: what happened, and below it, indented, what to do."""
    return "lab: " + "\n".join([error.what, *error.remedy.splitlines()]).replace("\n", "\n     ")
