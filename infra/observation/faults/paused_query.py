"""A query that somebody has paused."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "paused query"


def find(survey: Survey) -> Iterator[Finding]:
    """Each query in the state PAUSED."""
    ksqldb = survey.services.get("ksqldb")
    address = ksqldb.address if ksqldb else "URL"
    for query in survey.queries:
        if query.state == "PAUSED":
            yield Finding(
                fault=NAME,
                hop=hop.query(query),
                what=f"the query {query.id}, which writes {query.sink}, is paused",
                causes="Somebody paused it: PAUSE is a statement of ksqlDB.",
                remedy=f"Send ksqlDB RESUME {query.id}; and it goes on where it was.",
                command=f"curl {address}/ksql -H 'Content-Type: application/json' "
                f"""-d '{{"ksql": "RESUME {query.id};"}}'""",
                program="ksql",
            )
