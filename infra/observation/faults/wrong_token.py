"""A token that HEC does not take."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "wrong token"
_REFUSED: Final = frozenset({401, 403})


def find(survey: Survey) -> Iterator[Finding]:
    """The stack's own token, refused."""
    hec = survey.services.get("hec")
    if hec is not None and hec.code in _REFUSED and not hec.is_certificate:
        yield finding(f"HEC at {hec.address} does not take the stack's token: {hec.refusal}")


def finding(what: str) -> Finding:
    """A refused token, told in these words."""
    return Finding(
        fault=NAME,
        hop=hop.HEC,
        what=what,
        causes="The token was removed, disabled or made anew in Splunk; or Connect reads an older one.",
        remedy="./lab up makes the token again, hands it to Connect and restarts the connector.",
        program="connect",
    )
