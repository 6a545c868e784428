"""`POST /query-stream`: rows of a push query as they come."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.embedded.ksql.conftest import Topics
from tests.embedded.ksql.instance_process import InstanceProcess


def declare(ksql: InstanceProcess, topics: Topics) -> None:
    topic = topics.named("raw")
    ksql.ksql(
        "CREATE STREAM raw (host VARCHAR KEY, bytes BIGINT) "
        f"WITH (KAFKA_TOPIC='{topic}', VALUE_FORMAT='JSON', PARTITIONS=1);"
    )


@contextmanager
def streaming(ksql: InstanceProcess, sql: str, **body: Any) -> Iterator[Iterator[Any]]:
    with ksql.client.stream("POST", "/query-stream", json={"sql": sql, **body}) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("application/vnd.ksqlapi.delimited.v1")
        yield (json.loads(line) for line in response.iter_lines())


def test_rows_come_as_they_are_written(ksql: InstanceProcess, topics: Topics) -> None:
    declare(ksql, topics)
    with streaming(
        ksql,
        "SELECT host, bytes * 2 AS twice FROM raw WHERE bytes > 1 EMIT CHANGES;",
        properties={"auto.offset.reset": "latest"},
    ) as frames:
        header = next(frames)
        assert header["columnNames"] == ["HOST", "TWICE"]
        assert header["columnTypes"] == ["STRING", "BIGINT"]
        for size in (1, 2, 3):
            topics.send("raw", {"BYTES": size}, key="a")
        topics.flush()
        assert [next(frames), next(frames)] == [["a", 4], ["a", 6]]


def test_a_limit_ends_the_query(ksql: InstanceProcess, topics: Topics) -> None:
    declare(ksql, topics)
    for size in range(5):
        topics.send("raw", {"BYTES": size}, key="a")
    topics.flush()
    with streaming(ksql, "SELECT bytes FROM raw EMIT CHANGES LIMIT 2;") as frames:
        next(frames)
        assert list(frames) == [[0], [1]]


def test_a_query_is_closed_by_its_id(ksql: InstanceProcess, topics: Topics) -> None:
    declare(ksql, topics)
    with streaming(ksql, "SELECT * FROM raw EMIT CHANGES;") as frames:
        query_id = next(frames)["queryId"]
        closing = threading.Thread(
            target=ksql.client.post, args=("/close-query",), kwargs={"json": {"queryId": query_id}}
        )
        closing.start()
        assert list(frames) == []
        closing.join()
    refused = ksql.client.post("/close-query", json={"queryId": query_id})
    assert refused.status_code == 400
    assert refused.json()["message"] == f"No query with id {query_id}"


def test_all_of_it_may_be_one_array(ksql: InstanceProcess, topics: Topics) -> None:
    declare(ksql, topics)
    topics.send("raw", {"BYTES": 7}, key="a")
    topics.flush()
    response = ksql.client.post(
        "/query-stream",
        json={"sql": "SELECT host, bytes FROM raw EMIT CHANGES LIMIT 1;"},
        headers={"Accept": "application/json"},
    )
    header, row = response.json()
    assert header["columnNames"] == ["HOST", "BYTES"]
    assert row == ["a", 7]


def test_a_wrong_query_is_refused(ksql: InstanceProcess) -> None:
    response = ksql.client.post("/query-stream", json={"sql": "SELECT * FROM nobody EMIT CHANGES;"})
    assert response.status_code == 400
    assert response.json()["error_code"] == 40001


def test_a_stopping_server_does_not_wait_for_listeners(ksql: InstanceProcess, topics: Topics) -> None:
    declare(ksql, topics)
    with streaming(ksql, "SELECT * FROM raw EMIT CHANGES;") as frames:
        next(frames)
        assert ksql.stop() == 0, ksql.log
