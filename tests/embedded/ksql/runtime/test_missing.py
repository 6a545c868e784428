"""A topic that somebody deletes stops the queries that need it, and no others, until it is back."""

from typing import Any

from tests.embedded.ksql.conftest import Topics, eventually, values
from tests.embedded.ksql.instance_process import InstanceProcess


def statements(topics: Topics, number: int = 0) -> str:
    return f"""
        CREATE STREAM raw{number} (n BIGINT) WITH (
          KAFKA_TOPIC='{topics.named(f"raw{number}")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM other_raw{number} (n BIGINT) WITH (
          KAFKA_TOPIC='{topics.named(f"other-raw{number}")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM twice{number} WITH (KAFKA_TOPIC='{topics.named(f"twice{number}")}') AS
          SELECT n * 2 AS n FROM raw{number} EMIT CHANGES;
        CREATE TABLE counts{number} WITH (KAFKA_TOPIC='{topics.named(f"counts{number}")}') AS
          SELECT 'all' AS k, COUNT(*) AS total FROM twice{number} GROUP BY 'all' EMIT CHANGES;
        CREATE STREAM other{number} WITH (KAFKA_TOPIC='{topics.named(f"other{number}")}') AS
          SELECT n FROM other_raw{number} EMIT CHANGES;
    """


def states(ksql: InstanceProcess) -> dict[str, Any]:
    return {query["sinks"][0]: query for query in ksql.ksql("SHOW QUERIES;")[0]["queries"]}


def send(topics: Topics, name: str, *numbers: int) -> None:
    for n in numbers:
        topics.send(name, {"n": n})
    topics.flush()


def delete(topics: Topics, *names: str) -> None:
    for done in topics.admin.delete_topics([topics.named(name) for name in names]).values():
        done.result()


def in_error(ksql: InstanceProcess) -> set[str]:
    return {name for name, query in states(ksql).items() if query["state"] == "ERROR"}


def totals(topics: Topics) -> list[int]:
    return [values(topics.read(f"counts{number}", 1))[-1]["TOTAL"] for number in range(3)]


def test_the_queries_that_need_a_deleted_topic_stop_and_go_on_when_it_is_back(
    ksql: InstanceProcess, topics: Topics
) -> None:
    for number in range(3):
        ksql.ksql(statements(topics, number))
        send(topics, f"raw{number}", 1, 2)
        send(topics, f"other-raw{number}", 1)
    for number in range(3):
        topics.read(f"counts{number}", 2)
        topics.read(f"other{number}", 1)
    a_sources, between_two, a_sinks = "raw0", "twice1", "counts2"
    stopped = {
        "TWICE0": a_sources,
        "TWICE1": between_two,
        "COUNTS1": between_two,
        "COUNTS2": a_sinks,
    }
    delete(topics, a_sources)
    eventually(lambda: in_error(ksql) == {"TWICE0"}, "what reads it is in ERROR and the others are not")
    delete(topics, between_two, a_sinks)
    send(topics, "raw1", 3)
    send(topics, "raw2", 3)

    eventually(lambda: in_error(ksql) == {*stopped}, f"{[*stopped]} are in ERROR and the others are not")
    for query, topic in stopped.items():
        told = states(ksql)[query]
        assert topics.named(topic) in told["queryErrors"][0]["errorMessage"]
        assert told["statusCount"] == {"ERROR": 1}
    for number in range(3):
        send(topics, f"other-raw{number}", 2)
    for number in range(3):
        assert values(topics.read(f"other{number}", 2)) == [{"N": 1}, {"N": 2}]

    for name in (a_sources, between_two, a_sinks):
        topics.make(name)
    eventually(lambda: not in_error(ksql), "all queries run again")
    for number in range(3):
        send(topics, f"raw{number}", 4)
        send(topics, f"other-raw{number}", 3)
    for number in range(3):
        assert values(topics.read(f"other{number}", 3))[-1] == {"N": 3}
    eventually(lambda: totals(topics) == [3, 4, 4], "the counts that were kept go on")


def test_a_query_says_what_of_its_input_was_gone_when_it_was_recovered(
    ksql: InstanceProcess, topics: Topics
) -> None:
    ksql.ksql(statements(topics))
    send(topics, "raw0", 1, 2)
    topics.read("counts0", 2)
    ksql.kill()
    delete(topics, "raw0")
    topics.make("raw0")
    ksql.start()
    send(topics, "raw0", 3)
    assert values(topics.read("counts0", 3))[-1] == {"TOTAL": 1}
    told = states(ksql)
    assert {query["state"] for query in told.values()} == {"RUNNING"}
    (lost,) = told["COUNTS0"]["queryErrors"]
    assert f"topic {topics.named('raw0')} was deleted" in lost["errorMessage"]
    assert "terminate it" in lost["errorMessage"]
    assert [name for name, query in told.items() if "queryErrors" in query] == ["COUNTS0"]
    described = ksql.ksql("DESCRIBE counts0 EXTENDED;")[0]["sourceDescription"]
    assert described["writeQueries"][0]["queryErrors"] == [lost]


def test_a_restart_makes_the_topics_that_a_statement_asks_for(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    send(topics, "raw0", 1)
    topics.read("counts0", 1)
    delete(topics, "counts0")
    eventually(lambda: states(ksql)["COUNTS0"]["state"] == "ERROR", "the query without its topic is in ERROR")
    ksql.kill()
    ksql.start()
    send(topics, "raw0", 2)
    assert values(topics.read("counts0", 1))[-1] == {"TOTAL": 2}
