"""All faults that the lab knows, in the order in which one explains the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from infra.observation.faults import (
    changed_schema,
    dead_process,
    expired_certificate,
    failed_query,
    failed_sink,
    falling_behind,
    full_disk,
    incomplete_query,
    late_source,
    missing_query,
    missing_topic,
    paused_query,
    silent_service,
    stopped_agent,
    wrong_clock,
    wrong_token,
)
from infra.observation.faults.finding import Finding
from infra.observation.survey.seen import Survey

FAULTS: Final[tuple[Callable[[Survey], Iterator[Finding]], ...]] = (
    dead_process.find,
    expired_certificate.find,
    full_disk.find,
    wrong_token.find,
    silent_service.find,
    missing_topic.find,
    failed_query.find,
    missing_query.find,
    paused_query.find,
    incomplete_query.find,
    failed_sink.find,
    changed_schema.find,
    wrong_clock.find,
    stopped_agent.find,
    late_source.find,
    falling_behind.find,
)
"""A dead process explains that its service does not answer; a missing topic, that its query fails."""


def findings(survey: Survey) -> list[Finding]:
    """Every fault of a stack, a cause before what follows from it at the same hop, which is left out."""
    found: list[Finding] = []
    for find in FAULTS:
        broken = {finding.hop for finding in found if finding.severity == "broken"}
        found.extend(finding for finding in find(survey) if finding.hop not in broken)
    return found


def is_broken(found: Sequence[Finding]) -> bool:
    """Whether any of these stops data or makes it wrong."""
    return any(finding.severity == "broken" for finding in found)
