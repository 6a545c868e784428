"""Which topics and queries there have to be follows from the statements."""

from infra.observation.survey import way
from infra.pipeline.ksql.client import Query
from infra.pipeline.ksql.statements import read
from tests.conftest import REPOSITORY

TEXT = """
CREATE STREAM raw (a INT) WITH (KAFKA_TOPIC = 'zeek-raw', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
CREATE STREAM made AS SELECT a FROM raw EMIT CHANGES;
INSERT INTO made SELECT a FROM raw WHERE a > 1 EMIT CHANGES;
INSERT INTO made SELECT a FROM raw WHERE a > 2 EMIT CHANGES;
CREATE TABLE counted WITH (KAFKA_TOPIC = 'counts') AS SELECT a, COUNT(*) AS n FROM made GROUP BY a EMIT CHANGES;
"""


def running(*ids: str, sink: str = "MADE") -> list[Query]:
    return [Query(id_, "RUNNING", frozenset({sink})) for id_ in ids]


def test_topics_are_named_by_the_statement_or_after_what_it_makes() -> None:
    assert way.expected_topics(read([("a.ksql", TEXT)], {})) == ["zeek-raw", "MADE", "counts"]


def test_each_statement_has_its_query_and_what_is_terminated_has_none() -> None:
    found = way.queries(read([("a.ksql", TEXT)], {}), running("INSERTQUERY_5", "CSAS_MADE_1"))
    assert [(query.id, query.sink, query.state) for query in found] == [
        ("CSAS_MADE_1", "MADE", "RUNNING"),
        ("INSERTQUERY_5", "MADE", "RUNNING"),
        ("", "MADE", "TERMINATED"),
        ("", "COUNTED", "TERMINATED"),
    ]
    assert found[-1].place == "a.ksql, line 6"


def test_the_lab_s_own_statements_name_every_topic_of_the_way() -> None:
    expected = way.expected_topics(way.statements(REPOSITORY / "ksql", REPOSITORY / "detections"))
    assert {*way.SOURCES, *way.RESULTS, "CONN", "ENDPOINT_SOCKET", "CONN_MATCH"} <= set(expected)
