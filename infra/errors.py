"""The errors that the lab raises: each message says what happened, where, and what to do next."""


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
