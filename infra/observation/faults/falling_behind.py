"""Queries or the sink that are far behind what is written."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "falling behind"
_FAR: Final = 10_000


def find(survey: Survey) -> Iterator[Finding]:
    """Whatever runs and has more to work off than a moment's."""
    behind = {hop.query(query): (query.lag, "ksql") for query in survey.queries if query.state == "RUNNING"}
    if survey.sink is not None and not survey.sink.failure:
        behind[hop.CONNECT] = (survey.sink.lag, "connect")
    for where, (lag, program) in behind.items():
        if lag is not None and lag > _FAR:
            yield Finding(
                fault=NAME,
                hop=where,
                what=f"{where} is {lag} records behind",
                causes="More comes in than this machine can work off, or what it writes to is slow.",
                remedy="./lab status --watch shows whether it catches up. If not: more CPU, or fewer events.",
                program=program,
                severity="warning",
            )
