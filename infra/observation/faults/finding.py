"""What a fault's module tells when it finds its fault."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fault that was found.

    Attributes:
        fault: its name, always the same words.
        hop: where on the data's way it is, by the names of `infra.observation.survey.hop`.
        what: what is wrong, with the names and figures of the case.
        causes: what it usually comes from.
        remedy: what to do.
        command: what a shell can be given for it, on one line; empty where `remedy` says it all.
        program: whose log tells more; empty where none does.
        severity: `broken` stops data or makes it wrong; `warning` will, or slows it.
    """

    fault: str
    hop: str
    what: str
    causes: str
    remedy: str
    command: str = ""
    program: str = ""
    severity: Literal["broken", "warning"] = "broken"
