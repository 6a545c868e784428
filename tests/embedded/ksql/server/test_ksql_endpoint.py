"""`POST /ksql` and its neighbours, in the shapes that ksqlDB's own clients read."""

from collections.abc import Callable

import pytest

from tests.embedded.ksql.conftest import Topics
from tests.embedded.ksql.instance_process import InstanceProcess


def source(topics: Topics) -> str:
    return (
        "CREATE STREAM raw (host VARCHAR KEY, bytes BIGINT, peer STRUCT<ip VARCHAR, ports ARRAY<INT>>) "
        f"WITH (KAFKA_TOPIC='{topics.named('raw')}', VALUE_FORMAT='JSON', PARTITIONS=2);"
    )


def copy(topics: Topics) -> str:
    return f"CREATE STREAM big WITH (KAFKA_TOPIC='{topics.named('big')}') AS SELECT * FROM raw EMIT CHANGES;"


def test_info_names_the_service_and_the_cluster(ksql: InstanceProcess, topics: Topics) -> None:
    info = ksql.client.get("/info").json()["KsqlServerInfo"]
    assert info["ksqlServiceId"] == topics.prefix
    assert info["kafkaClusterId"] == topics.admin.list_topics().cluster_id
    assert info["serverStatus"] == "RUNNING"


def test_a_healthy_instance_says_so(ksql: InstanceProcess) -> None:
    health = ksql.client.get("/healthcheck").json()
    assert health["isHealthy"] is True
    assert health["details"]["kafka"] == {"isHealthy": True}
    assert health["serverState"] == "READY"


def test_each_statement_is_answered_with_its_command(ksql: InstanceProcess, topics: Topics) -> None:
    declared, derived = ksql.ksql(source(topics) + copy(topics))
    assert declared["@type"] == "currentStatus"
    assert declared["commandId"] == "stream/`RAW`/create"
    assert declared["commandStatus"]["status"] == "SUCCESS"
    assert declared["commandStatus"]["queryId"] is None
    assert derived["commandStatus"]["queryId"].startswith("CSAS_BIG_")
    assert (
        derived["commandStatus"]["message"] == f"Created query with ID {derived['commandStatus']['queryId']}"
    )
    assert derived["commandSequenceNumber"] == declared["commandSequenceNumber"] + 1
    assert ksql.client.get("/status/" + derived["commandId"]).json()["status"] == "SUCCESS"
    assert ksql.client.get("/status/stream/NOBODY/create").status_code == 404


def test_streams_and_queries_are_listed(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(source(topics) + copy(topics))
    streams, tables, queries = ksql.ksql("SHOW STREAMS; SHOW TABLES; LIST QUERIES;")
    assert streams["streams"] == [
        {
            "type": "STREAM",
            "name": name,
            "topic": topics.named(name.lower()),
            "keyFormat": "KAFKA",
            "valueFormat": "JSON",
            "isWindowed": False,
        }
        for name in ("BIG", "RAW")
    ]
    assert tables["@type"] == "tables"
    assert tables["tables"] == []
    (query,) = queries["queries"]
    assert query["sinks"] == ["BIG"]
    assert query["sinkKafkaTopics"] == [topics.named("big")]
    assert query["queryType"] == "PERSISTENT"
    assert query["state"] == "RUNNING"
    assert query["statusCount"] == {"RUNNING": 1}


def test_a_stream_is_described(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(source(topics) + copy(topics))
    (answer,) = ksql.ksql("DESCRIBE raw;")
    described = answer["sourceDescription"]
    assert answer["@type"] == "sourceDescription"
    assert described["name"] == "RAW"
    assert described["type"] == "STREAM"
    assert described["topic"] == topics.named("raw")
    assert described["partitions"] == 2
    assert described["replication"] == 1
    assert [query["sinks"] for query in described["readQueries"]] == [["BIG"]]
    assert described["writeQueries"] == []
    key, size, peer = described["fields"]
    assert key == {
        "name": "HOST",
        "schema": {"type": "STRING", "fields": None, "memberSchema": None},
        "type": "KEY",
    }
    assert size["schema"]["type"] == "BIGINT"
    ip, ports = peer["schema"]["fields"]
    assert ip["name"] == "IP"
    assert ports["schema"]["memberSchema"]["type"] == "INTEGER"


def test_a_query_is_explained_with_its_group(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(source(topics) + copy(topics))
    query_id = ksql.ksql("SHOW QUERIES;")[0]["queries"][0]["id"]
    (answer,) = ksql.ksql(f"EXPLAIN {query_id};")
    assert answer["@type"] == "queryDescription"
    assert answer["queryDescription"]["id"] == query_id
    assert answer["queryDescription"]["sources"] == ["RAW"]
    assert answer["queryDescription"]["sinks"] == ["BIG"]
    assert answer["queryDescription"]["state"] == "RUNNING"
    assert answer["queryDescription"]["consumerGroupId"] == f"_confluent-ksql-{topics.prefix}query_{query_id}"


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC * FROM raw;",
        "CREATE STREAM again AS SELECT nothing FROM raw EMIT CHANGES;",
        "DROP STREAM nobody;",
    ],
)
def test_a_wrong_statement_is_refused_and_named(ksql: InstanceProcess, topics: Topics, sql: str) -> None:
    ksql.ksql(source(topics))
    status, error = ksql.refused(sql)
    assert status == 400
    assert error["@type"] == "statement_error"
    assert error["error_code"] == 40001
    assert sql.removesuffix(";") in error["statementText"]
    assert error["entities"] == []
    assert error["message"]


def test_of_a_request_with_a_wrong_statement_nothing_is_carried_out(
    ksql: InstanceProcess, topics: Topics
) -> None:
    ksql.refused(source(topics) + "SELEC;")
    assert ksql.ksql("SHOW STREAMS;")[0]["streams"] == []


def test_select_belongs_to_another_endpoint(ksql: InstanceProcess) -> None:
    status, error = ksql.refused("SELECT * FROM raw EMIT CHANGES;")
    assert (status, error["error_code"]) == (400, 40002)


def test_a_body_that_is_no_request_is_refused(ksql: InstanceProcess) -> None:
    for body in (b"not JSON", b'{"ksql": 7}'):
        response = ksql.client.post("/ksql", content=body)
        assert response.status_code == 400
        assert response.json()["@type"] == "generic_error"
        assert response.json()["error_code"] == 40000
    assert ksql.client.get("/nowhere").status_code == 404


def test_variables_are_put_in(ksql: InstanceProcess, topics: Topics) -> None:
    text = source(topics).replace(topics.named("raw"), "${topic}")
    ksql.ksql(text, sessionVariables={"topic": topics.named("raw")})
    assert ksql.ksql("SHOW STREAMS;")[0]["streams"][0]["topic"] == topics.named("raw")


def test_a_command_that_has_not_come_yet_is_not_waited_for_in_vain(ksql: InstanceProcess) -> None:
    status, error = ksql.refused("SHOW STREAMS;", commandSequenceNumber=99)
    assert (status, error["error_code"]) == (503, 50301)


def test_values_are_inserted(ksql: InstanceProcess, topics: Topics) -> None:
    ksql.ksql(source(topics))
    assert ksql.ksql("INSERT INTO raw (host, bytes) VALUES ('a', 5);") == []
    (found,) = topics.read("raw", 1)
    assert found.key == b"a"
    assert found.value["BYTES"] == 5


def test_a_dropped_stream_is_gone_after_a_restart_too(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    instance = make_instance()
    instance.start()
    instance.ksql(source(topics) + copy(topics))
    (query,) = instance.ksql("SHOW QUERIES;")[0]["queries"]
    status, error = instance.refused("DROP STREAM raw;")
    assert status == 400
    assert "[BIG]" in error["message"]
    terminated, dropped = instance.ksql(f"TERMINATE {query['id']}; DROP STREAM big DELETE TOPIC;")
    assert terminated["commandId"] == f"terminate/{query['id']}/execute"
    assert dropped["commandId"] == "stream/BIG/drop"
    instance.kill()
    instance.start()
    assert instance.ksql("SHOW QUERIES;")[0]["queries"] == []
    assert [s["name"] for s in instance.ksql("SHOW STREAMS;")[0]["streams"]] == ["RAW"]
    assert topics.named("big") not in topics.admin.list_topics().topics


def test_what_is_there_already_is_said_and_not_made_again(ksql: InstanceProcess, topics: Topics) -> None:
    again = source(topics).replace("CREATE STREAM", "CREATE STREAM IF NOT EXISTS")
    (made,) = ksql.ksql(again)
    assert made["@type"] == "currentStatus"
    (warned,) = ksql.ksql(again)
    assert warned["@type"] == "warning_entity"
    assert "exist" in warned["message"]


def test_types_and_functions_are_listed(ksql: InstanceProcess) -> None:
    (made,) = ksql.ksql("CREATE TYPE endpoint AS STRUCT<ip VARCHAR, port INT>;")
    assert made["commandId"] == "type/ENDPOINT/create"
    types, functions = ksql.ksql("SHOW TYPES; SHOW FUNCTIONS;")
    assert types["types"]["ENDPOINT"]["type"] == "STRUCT"
    kinds = {function["name"]: function["type"] for function in functions["functions"]}
    assert kinds["SUM"] == "AGGREGATE"
    assert kinds["LCASE"] == "SCALAR"


def test_a_replaced_query_goes_on_where_the_old_one_was(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    instance = make_instance()
    instance.start()
    instance.ksql(source(topics) + copy(topics))
    topics.send("raw", {"BYTES": 1}, key="a")
    topics.flush()
    topics.read("big", 1)
    instance.ksql(
        copy(topics).replace("CREATE", "CREATE OR REPLACE").replace(" EMIT", " WHERE bytes > 5 EMIT")
    )
    for size in (2, 6):
        topics.send("raw", {"BYTES": size}, key="a")
    topics.flush()
    assert [record.value["BYTES"] for record in topics.read("big", 2)] == [1, 6]
    instance.kill()
    instance.start()
    topics.send("raw", {"BYTES": 7}, key="a")
    topics.flush()
    assert [record.value["BYTES"] for record in topics.read("big", 3)] == [1, 6, 7]
