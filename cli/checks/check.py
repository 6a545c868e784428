"""One check: what was looked at, how it is, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.errors import LabError


@dataclass(frozen=True, kw_only=True)
class Check:
    """A thing that was looked at. `said` tells how it is, well or not."""

    name: str
    said: str
    problem: bool = False
    remedy: str = ""


def passes(name: str, look: Callable[[], str]) -> Check:
    """What `look` says, or the error that it raises, as a check."""
    try:
        return Check(name=name, said=look())
    except LabError as error:
        return Check(name=name, said=error.what.rstrip("."), problem=True, remedy=error.remedy)
