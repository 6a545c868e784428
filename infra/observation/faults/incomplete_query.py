"""A query that runs, and lacks records that were gone when its server recovered."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "incomplete query"


def find(survey: Survey) -> Iterator[Finding]:
    """Each query that runs and tells of a loss, as the embedded ksqlDB has it; from there on it is right."""
    ksqldb = survey.services.get("ksqldb")
    address = ksqldb.address if ksqldb else "URL"
    for query in survey.queries:
        if query.state == "RUNNING" and query.error:
            yield Finding(
                fault=NAME,
                hop=hop.query(query),
                what=f"the query {query.id}, which writes {query.sink}, is incomplete: {query.error}",
                causes="A topic, or its older records, was deleted while the query still needed them.",
                remedy="What has come since is whole. To begin anew, terminate it, then ./lab up.",
                command=f"curl {address}/ksql -H 'Content-Type: application/json' "
                f"""-d '{{"ksql": "TERMINATE {query.id};"}}'""",
                program="ksql",
                severity="warning",
            )
