"""The errors that the lab raises: each message says what happened, where, and what to do next."""

import errno
from typing import Final

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class LabError(Exception):
    """Anything that stops the lab for a reason its user can act on.

    Args:
        what: what happened and where, one sentence.
        remedy: what to do next, one or more sentences.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what}\n{remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class ConfigurationError(LabError):
    """A configuration value that cannot work, found before anything was started."""


class UnreachableError(LabError):
    """A component that did not answer within its deadline."""


class RefusedError(LabError):
    """A component that answered and said no."""


def of_system(error: OSError) -> LabError:
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
