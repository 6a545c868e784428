"""Which topics and queries there have to be: what the sources and the statements in ksql/ say."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra import topics
from infra.observation.survey.seen import Query
from infra.pipeline.detections import compiled as detections
from infra.pipeline.ksql import client
from infra.pipeline.ksql.statements import Statement, read_folder

SOURCES: Final = (
    topics.ZEEK_CONN,
    topics.SYSMON_NETWORK,
    topics.OSQUERY_SOCKETS,
    topics.SYSMON_PROCESS,
    topics.OSQUERY_PROCESSES,
)
"""Where sensors and endpoints send to, as far as the attribution reads it."""
ENDPOINTS: Final = (topics.SYSMON_NETWORK, topics.OSQUERY_SOCKETS)
RESULTS: Final = (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS)
_TOPIC: Final = re.compile(r"KAFKA_TOPIC\s*=\s*'([^']+)'", re.IGNORECASE)
_SELECT: Final = re.compile(r"\bAS\s+SELECT\b", re.IGNORECASE)


def statements(folder: Path, rules: Path) -> list[Statement]:
    """The statements of a folder of .ksql files, and those of a folder of rules.

    Raises:
        ConfigurationError: they cannot be read.
    """
    return read_folder(folder, {}, detections.write(rules))


def expected_topics(asked: Sequence[Statement]) -> list[str]:
    """Every topic that a statement reads or makes, in their order."""
    named = [
        found[1] if (found := _TOPIC.search(statement.text)) else statement.name
        for statement in asked
        if statement.kind in {"STREAM", "TABLE"}
    ]
    return list(dict.fromkeys(named))


def queries(asked: Sequence[Statement], running: Sequence[client.Query]) -> list[Query]:
    """A query for each statement that has one, in their order; without an id where none runs.

    Statements that write to the same stream (INSERT INTO) are counted, as a server does not tell them apart.
    """
    wanted = [s for s in asked if s.kind == "INSERT" or _SELECT.search(s.text)]
    left = {
        name: sorted((query for query in running if name in query.sinks), key=lambda query: _number(query.id))
        for name in {statement.name for statement in wanted}
    }
    found = []
    for statement in wanted:
        candidates = left[statement.name]
        # the query of CREATE … AS is told by its id, so that it is not taken for an INSERT's
        fits = [
            query for query in candidates if query.id.startswith("INSERT") == (statement.kind == "INSERT")
        ]
        chosen = fits[0] if fits else None
        if chosen is not None:
            candidates.remove(chosen)
        found.append(
            Query(
                id=chosen.id if chosen else "",
                sink=statement.name,
                place=statement.place,
                state=chosen.state if chosen else "TERMINATED",
                error=chosen.error if chosen else "",
            )
        )
    return found


def _number(query_id: str) -> int:
    found = re.search(r"\d+$", query_id)
    return int(found[0]) if found else 0
