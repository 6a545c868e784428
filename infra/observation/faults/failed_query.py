"""A query that ksqlDB has given up on."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey
from infra.pipeline.ksql.client import FAILED

NAME: Final = "failed query"


def find(survey: Survey) -> Iterator[Finding]:
    """Each query in the state ERROR, with ksqlDB's reason."""
    for query in survey.queries:
        if query.state in FAILED:
            yield Finding(
                fault=NAME,
                hop=hop.query(query),
                what=f"the query {query.id}, which writes {query.sink}, is {query.state}"
                + (f": {query.error}" if query.error else ""),
                causes="Its topic was deleted or made anew, or it met a record that it cannot get over.",
                remedy=f"Mend the cause (the statement is in ksql/{query.place}), then ./lab up.",
                program="ksql",
            )
