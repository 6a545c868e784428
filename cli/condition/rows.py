"""The hops of a stack in the order of the data's way, each with what was found of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from infra import topics
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop, way
from infra.observation.survey.seen import Kind, Query, Survey, Topic

Health = Literal["ok", "warning", "broken", "unknown"]
SECTIONS: Final = ("services", "agents", "sources", "queries", "results", "Splunk")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One hop. What does not apply, or is not known, is None; `latest` is in seconds since 1970.

    `records` counts offsets of a topic, to which transactions add a little. `latest` of what queries write is
    event time, else the time of arrival.
    """

    section: str
    hop: str
    name: str
    health: Health
    records: int | None = None
    lag: int | None = None
    rate: float | None = None
    latest: float | None = None
    note: str = ""


def rows(survey: Survey, found: Sequence[Finding], rates: Mapping[str, float]) -> list[Row]:
    """All hops of a survey.

    Args:
        survey: what was seen.
        found: the faults of it: their hops are not well.
        rates: records a second by topic.
    """
    return [
        *_services(survey, found),
        *_agents(survey, found),
        *_sources(survey, found, rates),
        *_queries(survey, found),
        *_results(survey, found, rates),
        *_splunk(survey, found),
    ]


def rates(before: Mapping[str, Topic], after: Mapping[str, Topic], seconds: float) -> dict[str, float]:
    """Records a second by topic, between two looks."""
    if seconds <= 0:
        return {}
    return {
        name: max(topic.written - before[name].written, 0) / seconds
        for name, topic in after.items()
        if name in before
    }


def _health(where: str, found: Sequence[Finding], *, is_known: bool = True) -> Health:
    worst = {finding.severity for finding in found if finding.hop == where}
    if "broken" in worst:
        return "broken"
    if "warning" in worst:
        return "warning"
    return "ok" if is_known else "unknown"


def _services(survey: Survey, found: Sequence[Finding]) -> Iterator[Row]:
    programs = {hop.PROGRAMS[program.name]: program for program in survey.programs}
    kinds: tuple[Kind, ...] = ("kafka", "ksqldb", "splunk", "console")
    for kind in kinds:
        service, program = survey.services.get(kind), programs.get(kind)
        if kind == "console" and service is None and program is None:
            continue  # a stack of other people's services has none
        where = hop.service(kind)
        said = [program.said] if program else []
        yield Row(
            section="services",
            hop=where,
            name=where,
            health=_health(where, found, is_known=service is not None),
            note=", ".join([*([service.address] if service else ["not published"]), *said]),
        )


def _agents(survey: Survey, found: Sequence[Finding]) -> Iterator[Row]:
    hosts: dict[str, float] = {}
    for source in survey.sources:
        hosts[source.name] = max(hosts.get(source.name, 0.0), source.latest)
    for host, latest in hosts.items():
        where = hop.source(host)
        sent = [source.topic for source in survey.sources if source.name == host]
        yield Row(
            section="agents",
            hop=where,
            name=host,
            health=_health(where, found),
            latest=latest,
            note=f"into {', '.join(sent)}",
        )


def _sources(survey: Survey, found: Sequence[Finding], rates: Mapping[str, float]) -> Iterator[Row]:
    for name in way.SOURCES:
        yield _topic("sources", name, survey, found, rates)


def _results(survey: Survey, found: Sequence[Finding], rates: Mapping[str, float]) -> Iterator[Row]:
    for name in (*way.RESULTS, topics.DEAD_LETTERS):
        yield _topic("results", name, survey, found, rates)


def _topic(
    section: str, name: str, survey: Survey, found: Sequence[Finding], rates: Mapping[str, float]
) -> Row:
    topic, where = survey.topics.get(name), hop.topic(name)
    return Row(
        section=section,
        hop=where,
        name=name,
        health=_health(where, found, is_known=topic is not None),
        records=topic.written if topic else None,
        rate=rates.get(name),
        latest=topic.latest if topic else None,
        note=_dead_letters_note(survey) if name == topics.DEAD_LETTERS else "",
    )


def _dead_letters_note(survey: Survey) -> str:
    return "; ".join(
        f"{letters.count} of {letters.topic}: {letters.reason}" for letters in survey.dead_letters
    )


def _queries(survey: Survey, found: Sequence[Finding]) -> Iterator[Row]:
    for query in survey.queries:
        where = hop.query(query)
        # what an INSERT adds to is told of with the query that made it
        written = None if query.id.startswith("INSERT") else survey.topics.get(query.sink)
        yield Row(
            section="queries",
            hop=where,
            name=_query_name(query),
            health=_health(where, found),
            records=written.written if written else None,
            lag=query.lag,
            latest=written.latest if written else None,
            note=f"{query.state}, {query.id or 'no query'}, ksql/{query.place}",
        )


def _query_name(query: Query) -> str:
    return f"→ {query.sink}" + (" (insert)" if query.id.startswith("INSERT") else "")


def _splunk(survey: Survey, found: Sequence[Finding]) -> Iterator[Row]:
    connect, hec = survey.services.get("connect"), survey.services.get("hec")
    yield Row(
        section="Splunk",
        hop=hop.CONNECT,
        name="Connect",
        health=_health(hop.CONNECT, found, is_known=connect is not None),
        lag=survey.sink.lag if survey.sink else None,
        note=connect.address if connect else "",
    )
    yield Row(
        section="Splunk",
        hop=hop.HEC,
        name="HEC",
        health=_health(hop.HEC, found, is_known=hec is not None),
        note=hec.address if hec else "not published",
    )
    yield Row(
        section="Splunk",
        hop=hop.INDEX,
        name=f"index {survey.index.name}" if survey.index else "index",
        health=_health(hop.INDEX, found, is_known=survey.index is not None),
        records=survey.index.events if survey.index else None,
        latest=survey.index.latest if survey.index else None,
        note="all revisions",
    )


def as_json(survey: Survey, table: Sequence[Row], found: Sequence[Finding]) -> dict[str, Any]:
    """The table, the faults and the figures as one JSON object. Points in time are seconds since 1970.

    `healthy` is what the exit code says.
    """
    return {
        "at": survey.at,
        "logging_server": survey.logging_server,
        "healthy": all(finding.severity != "broken" for finding in found),
        "hops": [
            {
                "section": row.section,
                "hop": row.name,
                "health": row.health,
                "records": row.records,
                "lag": row.lag,
                "rate": row.rate,
                "last_event": row.latest,
                "note": row.note,
            }
            for row in table
        ],
        "faults": [vars(finding) for finding in found],
        "coverage": {
            "share": survey.coverage.share,
            "attributed": dict(survey.coverage.attributed),
            "unattributed": dict(survey.coverage.reasons),
        },
        "clocks": [vars(clock) for clock in survey.clocks],
        "dead_letters": [vars(letters) for letters in survey.dead_letters],
    }
