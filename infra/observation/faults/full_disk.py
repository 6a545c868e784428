"""A disk without room: Splunk then takes no events, and Kafka would stop."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "full disk"
_BUSY: Final = 503
_LITTLE_MB: Final = 1_000


def find(survey: Survey) -> Iterator[Finding]:
    """HEC that turns events away, as it does when its queues or its disk are full; or little free space."""
    hec = survey.services.get("hec")
    free = "" if survey.free_mb is None else f"; {survey.free_mb} MB are free"
    wanted = f" and Splunk wants {survey.needed_mb}" if survey.needed_mb else ""
    if hec is not None and hec.code == _BUSY:
        yield finding(f"Splunk takes no events ({hec.refusal}){free}{wanted if free else ''}")
    elif survey.free_mb is not None and survey.free_mb < _LITTLE_MB + survey.needed_mb:
        yield Finding(
            fault=NAME,
            hop=hop.INDEX,
            what=f"only {survey.free_mb} MB are free where the stack's data are",
            causes="Recordings, topics and the index grow.",
            remedy="Make room before Splunk and Kafka stop: df -h shows the disks.",
            severity="warning",
        )


def finding(what: str) -> Finding:
    """Events turned away, told in these words."""
    return Finding(
        fault=NAME,
        hop=hop.HEC,
        what=what,
        causes="The disk that the index is on is full (Splunk stops at minFreeSpace), or its queues are.",
        remedy="Make room: df -h shows the disks, ./lab destroy frees what this stack holds. "
        "Nothing is lost meanwhile: Connect sends it again.",
        program="splunk",
    )
