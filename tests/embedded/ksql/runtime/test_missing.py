"""A topic that somebody deletes stops the queries that need it, and no others, until it is back."""

from typing import Any

import pytest

from tests.embedded.ksql.conftest import Topics, eventually, values
from tests.embedded.ksql.instance_process import InstanceProcess


def statements(topics: Topics) -> str:
    return f"""
        CREATE STREAM raw (n BIGINT) WITH (
          KAFKA_TOPIC='{topics.named("raw")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM other_raw (n BIGINT) WITH (
          KAFKA_TOPIC='{topics.named("other-raw")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM twice WITH (KAFKA_TOPIC='{topics.named("twice")}') AS
          SELECT n * 2 AS n FROM raw EMIT CHANGES;
        CREATE TABLE counts WITH (KAFKA_TOPIC='{topics.named("counts")}') AS
          SELECT 'all' AS k, COUNT(*) AS total FROM twice GROUP BY 'all' EMIT CHANGES;
        CREATE STREAM other WITH (KAFKA_TOPIC='{topics.named("other")}') AS
          SELECT n FROM other_raw EMIT CHANGES;
    """


def states(ksql: InstanceProcess) -> dict[str, Any]:
    return {query["sinks"][0]: query for query in ksql.ksql("SHOW QUERIES;")[0]["queries"]}


def send(topics: Topics, name: str, *numbers: int) -> None:
    for n in numbers:
        topics.send(name, {"n": n})
    topics.flush()


@pytest.mark.parametrize(
    ("deleted", "stopped"),
    [("raw", {"TWICE"}), ("twice", {"TWICE", "COUNTS"}), ("counts", {"COUNTS"})],
    ids=["a source's", "one between two queries", "a sink's"],
)
def test_the_queries_that_need_a_deleted_topic_stop_and_go_on_when_it_is_back(
    ksql: InstanceProcess, topics: Topics, deleted: str, stopped: set[str]
) -> None:
    ksql.ksql(statements(topics))
    send(topics, "raw", 1, 2)
    send(topics, "other-raw", 1)
    topics.read("counts", 2)
    topics.read("other", 1)
    topic = topics.named(deleted)
    topics.admin.delete_topics([topic])[topic].result()
    if deleted != "raw":
        send(topics, "raw", 3)

    def in_error() -> set[str]:
        return {name for name, query in states(ksql).items() if query["state"] == "ERROR"}

    eventually(lambda: in_error() == stopped, f"{stopped} are in ERROR and the others are not")
    for name in stopped:
        assert topic in states(ksql)[name]["queryErrors"][0]["errorMessage"]
    send(topics, "other-raw", 2)
    assert values(topics.read("other", 2)) == [{"N": 1}, {"N": 2}]

    topics.make(deleted)
    eventually(lambda: not in_error(), "all queries run again")
    send(topics, "raw", 4)
    send(topics, "other-raw", 3)
    assert values(topics.read("other", 3))[-1] == {"N": 3}
    total = 3 if deleted == "raw" else 4
    eventually(
        lambda: values(topics.read("counts", 1))[-1] == {"TOTAL": total},
        f"the count that was kept goes on to {total}",
    )


def test_a_restart_makes_the_topics_that_a_statement_asks_for(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    send(topics, "raw", 1)
    topics.read("counts", 1)
    topic = topics.named("counts")
    topics.admin.delete_topics([topic])[topic].result()
    eventually(lambda: states(ksql)["COUNTS"]["state"] == "ERROR", "the query without its topic is in ERROR")
    ksql.kill()
    ksql.start()
    send(topics, "raw", 2)
    assert values(topics.read("counts", 1))[-1] == {"TOTAL": 2}
