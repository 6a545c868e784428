"""A sensor or an endpoint whose events come too late to be joined."""

from collections.abc import Iterator
from typing import Final

from infra import topics
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "late source"


def find(survey: Survey) -> Iterator[Finding]:
    """Each source of a live stack some of whose last records came after the grace period.

    In a stack of recordings old times are what was asked for.
    """
    for source in survey.sources if survey.is_live else ():
        if source.late:
            is_sensor = source.topic == topics.ZEEK_CONN
            yield Finding(
                fault=NAME,
                hop=hop.source(source.name),
                what=f"{source.late} of the last records of {source.name} in {source.topic} came more than "
                f"{survey.grace_seconds / 3600:.0f} h late, and are not joined"
                + (
                    ": these connections are neither attributed nor told as unattributed" if is_sensor else ""
                ),
                causes="Its Beat was cut off from Logstash for that long, and now sends what it kept"
                + ("; or connections live that long." if is_sensor else "; or its clock is that far behind."),
                remedy="date -u on the machine (Windows: w32tm /query /status). If its clock is right and "
                "such records are to be waited for: pulumi config set attribution.grace '48 HOURS', "
                "./lab up.",
                severity="warning",
            )
