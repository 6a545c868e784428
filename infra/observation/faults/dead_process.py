"""A process of an embedded stack that does not run."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "dead process"
_WELL: Final = "RUNNING"
_YOUNG: Final = 5.0
"""Seconds below which a process that does not answer is taken to be starting."""


def find(survey: Survey) -> Iterator[Finding]:
    """Each process that is not RUNNING, or has just been restarted and does not serve."""
    for program in survey.programs:
        service = survey.services.get(hop.PROGRAMS[program.name])
        is_silent = service is not None and bool(service.refusal) and not service.code
        if program.state == _WELL and (not is_silent or program.uptime >= _YOUNG):
            continue
        how = f"has been restarted {program.uptime:.0f} s ago and does not serve yet"
        if program.state != _WELL:
            how = f"does not run: {program.state}" + (f", {program.said}" if program.said else "")
        yield Finding(
            fault=NAME,
            hop=hop.program(program.name),
            what=f"the process {program.name} {how}",
            causes="It was killed (by hand, or by the system for want of memory), or it ends at its start: "
            "its last log lines say why.",
            remedy="./lab up starts what does not run and shows why it cannot.",
            program=program.name,
        )
