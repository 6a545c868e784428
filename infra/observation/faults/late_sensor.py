"""A sensor whose connections come too late to be joined."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "late sensor"


def find(survey: Survey) -> Iterator[Finding]:
    """Each sensor of a live stack some of whose last records came after the grace period.

    In a stack of recordings old times are what was asked for.
    """
    for source in survey.sources if survey.is_live else ():
        if source.late:
            yield Finding(
                fault=NAME,
                hop=hop.source(source.name),
                what=f"{source.late} of the last connections of {source.name} came more than "
                f"{survey.grace_seconds / 3600:.0f} h after they began: they are neither attributed nor told "
                "as unattributed",
                causes="Filebeat was cut off from Logstash for that long, and now sends what it kept; or "
                "connections live that long.",
                remedy="pulumi config set attribution.grace '48 HOURS' and ./lab up, if that is to be waited "
                f"for. The records are in the topic {source.topic}, and in Splunk's index only if they were "
                "enriched while they lived.",
                severity="warning",
            )
