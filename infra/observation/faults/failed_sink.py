"""The connector to Splunk does not run."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "failed sink"


def find(survey: Survey) -> Iterator[Finding]:
    """Connector or task in another state than RUNNING."""
    if survey.sink is not None and survey.sink.failure:
        yield Finding(
            fault=NAME,
            hop=hop.CONNECT,
            what=f"the connector {survey.sink.name} does not run: {survey.sink.failure}",
            causes="Its configuration does not work (token, certificate, index), or it was paused.",
            remedy="Mend what it says, then ./lab up: that gives it its configuration and restarts it.",
            program="connect",
        )
