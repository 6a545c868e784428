"""A query that a statement in ksql/ asks for and that does not run: terminated, or never made."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "terminated query"


def find(survey: Survey) -> Iterator[Finding]:
    """Each statement whose query is not there. Where ksqlDB did not answer, nothing is known of any."""
    for query in survey.queries:
        if not query.id:
            yield Finding(
                fault=NAME,
                hop=hop.query(query),
                what=f"no query runs for ksql/{query.place}, which writes {query.sink}",
                causes="Somebody terminated it, or the statements have not been applied.",
                remedy="./lab up applies what is missing.",
                program="ksql",
            )
