"""Queries at work on a real Kafka: what comes in, what comes out, and what the offsets say."""

import base64
import re
import time
from collections.abc import Callable
from typing import Any

from tests.embedded.ksql.conftest import Topics, eventually, values
from tests.embedded.ksql.instance_process import InstanceProcess


def statements(topics: Topics) -> str:
    return f"""
        CREATE STREAM raw (host VARCHAR, bytes BIGINT)
          WITH (KAFKA_TOPIC='{topics.named("raw")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM big WITH (KAFKA_TOPIC='{topics.named("big")}') AS
          SELECT host, bytes FROM raw WHERE bytes > 10 PARTITION BY host EMIT CHANGES;
        CREATE TABLE totals WITH (KAFKA_TOPIC='{topics.named("totals")}') AS
          SELECT host, COUNT(*) AS n, SUM(bytes) AS total FROM big GROUP BY host EMIT CHANGES;
    """


def test_a_chain_of_queries_writes_every_sink(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    for size in (5, 20, 30):
        topics.send("raw", {"host": "a", "bytes": size})
    topics.flush()
    assert values(topics.read("big", 2)) == [{"BYTES": 20}, {"BYTES": 30}]
    found = topics.read("totals", 2)
    assert values(found)[-1] == {"N": 2, "TOTAL": 50}
    assert {record.key for record in found} == {b"a"}
    described = ksql.ksql("DESCRIBE totals EXTENDED;")[0]["sourceDescription"]
    assert re.fullmatch(r"rows-held: 1 bytes-in-memory: [1-9]\d*", described["statistics"])


def test_a_query_reads_what_was_there_before_it(ksql: InstanceProcess, topics: Topics) -> None:
    first, last = statements(topics).split("CREATE TABLE")
    ksql.ksql(first)
    for size in range(100, 200):
        topics.send("raw", {"host": "a", "bytes": size})
    topics.flush()
    topics.read("big", 100)
    ksql.ksql("CREATE TABLE" + last)
    assert values(topics.read("totals", 100))[-1] == {"N": 100, "TOTAL": sum(range(100, 200))}
    topics.send("raw", {"host": "a", "bytes": 1000})
    topics.flush()
    assert values(topics.read("totals", 101))[-1]["N"] == 101


def test_a_query_may_begin_at_the_end(ksql: InstanceProcess, topics: Topics) -> None:
    first, last = statements(topics).split("CREATE TABLE")
    ksql.ksql(first)
    topics.send("raw", {"host": "a", "bytes": 11})
    topics.flush()
    topics.read("big", 1)
    ksql.ksql("CREATE TABLE" + last, streamsProperties={"auto.offset.reset": "latest"})
    topics.send("raw", {"host": "a", "bytes": 12})
    topics.flush()
    assert values(topics.read("totals", 1)) == [{"N": 1, "TOTAL": 12}]


def test_what_a_script_sets_holds_for_its_statements_after_a_restart_too(
    ksql: InstanceProcess, topics: Topics
) -> None:
    topics.make("raw")
    topics.send("raw", {"n": 1})
    topics.flush()
    ksql.ksql(f"""
        CREATE STREAM raw (n BIGINT) WITH (KAFKA_TOPIC='{topics.named("raw")}', VALUE_FORMAT='JSON');
        SET 'auto.offset.reset' = 'latest';
        SET 'ksql.persistence.wrap.single.values' = 'false';
        CREATE STREAM bare WITH (KAFKA_TOPIC='{topics.named("bare")}') AS SELECT n FROM raw EMIT CHANGES;
    """)
    topics.send("raw", {"n": 2})
    topics.flush()
    assert values(topics.read("bare", 1)) == [2]
    ksql.kill()
    ksql.start()
    topics.send("raw", {"n": 3})
    topics.flush()
    assert values(topics.read("bare", 2)) == [2, 3]


def test_what_others_write_into_a_sink_reaches_its_readers(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    topics.send("raw", {"host": "a", "bytes": 11})
    topics.flush()
    topics.read("totals", 1)
    topics.send("big", {"BYTES": 500}, key="a")
    topics.flush()
    assert values(topics.read("totals", 2))[-1] == {"N": 2, "TOTAL": 511}
    topics.send("raw", {"host": "a", "bytes": 12})
    topics.flush()
    assert values(topics.read("totals", 3))[-1] == {"N": 3, "TOTAL": 523}


def test_lag_goes_to_zero_in_every_query_s_group(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    for size in range(50):
        topics.send("raw", {"host": "a", "bytes": size})
    topics.send("raw", b"not JSON")
    topics.flush()
    queries = ksql.ksql("SHOW QUERIES;")[0]["queries"]

    def caught_up() -> bool:
        read = {"BIG": topics.named("raw"), "TOTALS": topics.named("big")}
        return all(
            topics.committed(f"_confluent-ksql-{topics.prefix}query_{query['id']}").get((source, 0))
            == topics.ends(source)[0]
            for query in queries
            for source in (read[query["sinks"][0]],)
        )

    eventually(caught_up, "every query's committed offset is its topic's end")
    assert values(topics.read("totals"))[-1]["N"] == 39


def test_lag_goes_to_zero_in_topics_of_several_partitions(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics).replace("PARTITIONS=1", "PARTITIONS=3"))
    for size in range(11, 61):
        topics.send("raw", {"host": f"host{size % 7}", "bytes": size}, key=f"host{size % 7}")
    topics.flush()
    assert len(topics.read("totals", 50)) == 50
    queries = ksql.ksql("SHOW QUERIES;")[0]["queries"]
    read = {"BIG": topics.named("raw"), "TOTALS": topics.named("big")}

    def caught_up() -> bool:
        for query in queries:
            source = read[query["sinks"][0]]
            committed = topics.committed(f"_confluent-ksql-{topics.prefix}query_{query['id']}")
            if any(committed.get((source, p)) != end for p, end in topics.ends(source).items()):
                return False
        return True

    eventually(caught_up, "every query's committed offset is its topic's end in every partition")


def test_records_that_cannot_be_read_become_dead_letters_once(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    ksql.ksql("INSERT INTO big SELECT host, bytes FROM raw WHERE bytes < 5 PARTITION BY host EMIT CHANGES;")
    topics.send("raw", b"{not JSON")
    topics.send("raw", b"\xff\xfe")
    topics.send("raw", {"host": "a", "bytes": "many"})
    topics.send("raw", {"host": "a", "bytes": 11})
    topics.flush()
    topics.read("big", 1)

    def letters() -> list[dict[str, Any]]:
        found = topics.read("dead-letters", 3, exact=True)
        return [record.value for record in found if record.value["topic"] == topics.named("raw")]

    mine = letters()
    assert [letter["offset"] for letter in mine] == [0, 1, 2]
    assert [letter["partition"] for letter in mine] == [0, 0, 0]
    assert all(letter["query"].startswith("CSAS_BIG") and letter["reason"] for letter in mine)
    assert mine[0]["record"]["value"] == {"text": "{not JSON"}
    assert base64.b64decode(mine[1]["record"]["value"]["base64"]) == b"\xff\xfe"


def test_a_row_that_kafka_refuses_becomes_a_dead_letter_and_the_next_is_written(
    ksql: InstanceProcess, topics: Topics
) -> None:
    ksql.ksql(f"""
        CREATE STREAM told (host VARCHAR, stamp BIGINT)
          WITH (KAFKA_TOPIC='{topics.named("told")}', VALUE_FORMAT='JSON', PARTITIONS=1);
        CREATE STREAM dated WITH (KAFKA_TOPIC='{topics.named("dated")}', TIMESTAMP='STAMP') AS
          SELECT host, host AS again, stamp FROM told EMIT CHANGES;
    """)
    now = int(time.time() * 1000)
    topics.send("told", {"host": "of next week", "stamp": now + 7 * 86_400_000})
    topics.send("told", {"host": "x" * 600_000, "stamp": now})
    topics.send("told", b'"' * 990_000)
    topics.send("told", {"host": "b", "stamp": now})
    topics.flush()
    (written,) = topics.read("dated", 1)
    assert written.value["HOST"] == "b"
    letters = [
        record.value
        for record in topics.read("dead-letters", 3, exact=True)
        if record.value["topic"].startswith(topics.prefix)
    ]
    early, long, garbage = letters
    assert "too far ahead of now" in early["reason"]
    assert all(letter["query"].startswith("CSAS_DATED") for letter in letters)
    assert "of next week" in early["record"]["value"]["text"]
    assert "more than a record may" in long["reason"]
    assert long["record"]["value"]["bytes"] > 1_200_000
    assert garbage["record"]["value"]["bytes"] == 990_000
    assert set(garbage["record"]["value"]["text"]) == {'"'}


def test_a_paused_query_goes_on_where_it_was(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    totals = next(q["id"] for q in ksql.ksql("SHOW QUERIES;")[0]["queries"] if q["sinks"] == ["TOTALS"])
    topics.send("raw", {"host": "a", "bytes": 11})
    topics.flush()
    topics.read("totals", 1)
    ksql.ksql(f"PAUSE {totals};")
    topics.send("raw", {"host": "a", "bytes": 12})
    topics.flush()
    topics.read("big", 2)
    assert len(topics.read("totals")) == 1
    ksql.ksql(f"RESUME {totals};")
    assert values(topics.read("totals", 2))[-1] == {"N": 2, "TOTAL": 23}


def test_sinks_have_the_partitions_and_the_retention_of_their_statement(
    ksql: InstanceProcess, topics: Topics
) -> None:
    raw = topics.make("raw", partitions=3)
    ksql.ksql(
        f"CREATE STREAM raw (host VARCHAR) WITH (KAFKA_TOPIC='{raw}', VALUE_FORMAT='JSON');"
        f"CREATE STREAM same WITH (KAFKA_TOPIC='{topics.named('same')}') AS SELECT * FROM raw EMIT CHANGES;"
        f"CREATE STREAM two WITH (KAFKA_TOPIC='{topics.named('two')}', PARTITIONS=2) AS "
        "SELECT * FROM raw EMIT CHANGES;"
    )
    found = topics.admin.list_topics().topics
    assert len(found[topics.named("same")].partitions) == 3
    assert len(found[topics.named("two")].partitions) == 2


def test_a_stopped_instance_goes_on_where_it_was(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    instance = make_instance()
    instance.start()
    instance.ksql(statements(topics))
    before = instance.ksql("SHOW QUERIES; SHOW STREAMS; SHOW TABLES;")
    for size in range(20, 30):
        topics.send("raw", {"host": "a", "bytes": size})
    topics.flush()
    topics.read("totals", 10)
    assert instance.stop() == 0, instance.log
    topics.send("raw", {"host": "a", "bytes": 30})
    topics.flush()
    instance.start()
    assert instance.ksql("SHOW QUERIES; SHOW STREAMS; SHOW TABLES;") == before
    assert [record.value["N"] for record in topics.read("totals", 11)] == list(range(1, 12))


def test_a_terminated_query_is_gone_with_its_group(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(statements(topics))
    topics.send("raw", {"host": "a", "bytes": 11})
    topics.flush()
    topics.read("totals", 1)
    queries = {q["sinks"][0]: q["id"] for q in ksql.ksql("SHOW QUERIES;")[0]["queries"]}
    group = f"_confluent-ksql-{topics.prefix}query_{queries['TOTALS']}"
    eventually(lambda: bool(topics.committed(group)), "the group has offsets")
    ksql.ksql(f"TERMINATE {queries['TOTALS']}; DROP TABLE totals DELETE TOPIC;")
    topics.send("raw", {"host": "a", "bytes": 12})
    topics.flush()
    assert len(topics.read("big", 2)) == 2
    eventually(
        lambda: topics.named("totals") not in topics.admin.list_topics().topics, "the topic is deleted"
    )
    groups = topics.admin.list_consumer_groups().result().valid
    assert group not in {found.group_id for found in groups}
