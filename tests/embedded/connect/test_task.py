"""The sink task, from a real broker to a real index."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Producer


def produce(bootstrap: str, topic: str, values: list[bytes | None], **arguments: Any) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5})
    for value in values:
        producer.produce(topic, value=value, **arguments)
        producer.poll(0)
    assert producer.flush(30) == 0


@pytest.fixture
def name() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


def test_records_reach_the_index_byte_for_byte(
    *, kafka: Any, splunk: Any, connect: Any, sink: Callable[..., dict[str, str]], name: str, eventually: Any
) -> None:
    token = splunk.token(name, name, useACK="1")
    lines = [b'{"n":%d, "id.orig_h":"10.0.0.1"}' % number for number in range(2500)]
    produce(kafka.bootstrap, name, [*lines, None, b""], timestamp=1_700_000_000_123)
    made = connect.call(
        "PUT", f"/connectors/{name}/config", json=sink(splunk, token, name, name, splunk__sourcetypes="zeek")
    )
    assert made.status_code == 201, made.text
    found = f"search index={name} sourcetype=zeek | table _raw _time"
    eventually(lambda: len(splunk.search(found)) == len(lines))
    rows = splunk.search(found)
    assert sorted(row["_raw"].encode() for row in rows) == sorted(lines)
    assert {row["_time"] for row in rows} == {"2023-11-14T22:13:20.123+00:00"}
    checks = splunk.search(f"search index={name} sourcetype=kafka-connect")
    assert [row["_raw"] for row in checks] == ["Splunk HEC Configuration Check"]
    eventually(
        lambda: (
            connect.call("GET", f"/connectors/{name}/offsets").json()["offsets"]
            == [
                {
                    "partition": {"kafka_topic": name, "kafka_partition": 0},
                    "offset": {"kafka_offset": len(lines) + 2},
                }
            ]
        )
    )
    assert connect.states(name) == ["RUNNING", "RUNNING"]
    assert token not in connect.log()
