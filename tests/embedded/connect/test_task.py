"""The sink task, from a real broker to a real index."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

Wait = Callable[..., None]
JSON = {
    "value__converter": "org.apache.kafka.connect.json.JsonConverter",
    "value__converter__schemas__enable": "false",
}  # fmt: skip


def test_records_reach_the_index_byte_for_byte(hop: Any, eventually: Wait) -> None:
    lines = [b'{"n":%d, "id.orig_h":"10.0.0.1"}' % number for number in range(2500)]
    hop.produce(*lines, None, b"", timestamp=1_700_000_000_123)
    hop.start(splunk__sourcetypes="zeek", splunk__sources="kafka")
    eventually(lambda: len(hop.indexed("sourcetype=zeek source=kafka")) == len(lines))
    assert sorted(hop.indexed()) == sorted(line.decode() for line in lines)
    times = hop.splunk.search(f"search index={hop.name} sourcetype=zeek | stats values(_time) as t")
    assert times == [{"t": ["1700000000.123"]}]
    checks = hop.splunk.search(f"search index={hop.name} sourcetype=kafka-connect")
    assert [row["_raw"] for row in checks] == ["Splunk HEC Configuration Check"]
    eventually(lambda: hop.committed() == len(lines) + 2)
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]
    topics = hop.connect.call("GET", f"/connectors/{hop.name}/topics").json()
    assert topics == {hop.name: {"topics": [hop.name]}}


def test_without_acknowledgements_what_was_taken_is_committed(hop: Any, eventually: Wait) -> None:
    hop.splunk.admin("POST", f"/services/data/inputs/http/{hop.name}", data={"useACK": "0"})
    hop.produce(*[b"x"] * 700)
    hop.start(splunk__hec__ack__enabled="false", splunk__hec__enable__compression="true")
    eventually(lambda: hop.committed() == 700)
    assert len(hop.indexed()) == 700


def test_a_token_without_acknowledgements_fails_the_task_with_what_to_do(hop: Any, eventually: Wait) -> None:
    hop.start()
    hop.splunk.admin("POST", f"/services/data/inputs/http/{hop.name}", data={"useACK": "0"})
    hop.produce(b"x")
    eventually(lambda: hop.connect.states(hop.name) == ["RUNNING", "FAILED"])
    status = hop.connect.call("GET", f"/connectors/{hop.name}/status").json()
    assert "Set useACK on the HEC token" in status["tasks"][0]["trace"]
    assert hop.token not in str(status)
    hop.splunk.admin("POST", f"/services/data/inputs/http/{hop.name}", data={"useACK": "1"})
    assert hop.connect.call("POST", f"/connectors/{hop.name}/tasks/0/restart").status_code == 204
    eventually(lambda: hop.committed() == 1)
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]


def test_each_topic_has_its_own_index_and_sourcetype(hop: Any, eventually: Wait) -> None:
    other = hop.name + "-other"
    hop.splunk.admin("POST", "/services/data/indexes", data={"name": other})
    hop.splunk.admin(
        "POST", f"/services/data/inputs/http/{hop.name}", data={"indexes": f"{hop.name},{other}"}
    )
    hop.produce(b"first")
    hop.produce(b"second", topic=other)
    hop.start(topics=f"{hop.name},{other}", splunk__indexes=f"{hop.name},{other}", splunk__sourcetypes="a,b")
    eventually(lambda: hop.indexed("sourcetype=a") == ["first"])
    eventually(
        lambda: hop.splunk.search(f"search index={other} sourcetype=b | table _raw") == [{"_raw": "second"}]
    )


def test_topics_by_a_regular_expression_also_those_made_later(hop: Any, eventually: Wait) -> None:
    config = hop.config(topics__regex=f"{hop.name}-.*")
    for name in ("topics", "splunk.indexes"):
        del config[name]
    assert hop.put(config).status_code == 201
    hop.produce(b"one", topic=f"{hop.name}-1")
    hop.produce(b"not me")
    eventually(lambda: hop.indexed() == ["one"])
    hop.produce(b"two", topic=f"{hop.name}-2")
    eventually(lambda: sorted(hop.indexed()) == ["one", "two"])


def test_several_tasks_share_the_partitions(hop: Any, eventually: Wait) -> None:
    hop.make_topic(hop.name, partitions=4)
    hop.start(tasks__max="2")
    values = [str(number) for number in range(2000)]
    for number in range(4):
        part = values[number::4]
        hop.produce(*(value.encode() for value in part))
    # A partition that passes from one task to the other may bring records again: at least once.
    eventually(lambda: set(hop.indexed()) == set(values))
    eventually(lambda: hop.committed() == len(values))
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING", "RUNNING"]


def test_json_values_are_events_with_fields(hop: Any, eventually: Wait) -> None:
    hop.produce(b'{"a": {"b": 1.50}}', b"null")
    hop.start(**JSON)
    eventually(lambda: hop.indexed("a.b=1.5") == ['{"a":{"b":1.5}}'])
    eventually(lambda: hop.committed() == 2)


def test_json_with_schemas_has_its_payload_indexed(hop: Any, eventually: Wait) -> None:
    hop.produce(b'{"schema": null, "payload": {"a": 1}}', b'{"schema": null, "payload": null}')
    hop.start(**{**JSON, "value__converter__schemas__enable": "true"})
    eventually(lambda: hop.committed() == 2)
    assert hop.indexed() == ['{"a":1}']


def test_enrichment_and_tracking_become_indexed_fields(hop: Any, eventually: Wait) -> None:
    hop.produce(b"x", b"y")
    hop.start(splunk__hec__json__event__enrichment="lab=flow,site=here", splunk__hec__track__data="true")
    eventually(lambda: hop.indexed(f"lab=flow site=here kafka_topic={hop.name} kafka_offset=1") == ["y"])
    assert hop.indexed("kafka_record_key=host kafka_partition=0 kafka_offset=0") == ["x"]


def test_record_headers_override_the_metadata(hop: Any, eventually: Wait) -> None:
    headers = [("splunk.header.sourcetype", b"mine"), ("splunk.header.host", b"h9"), ("colour", b"red")]
    hop.produce(b"x", headers=headers)
    hop.start(splunk__header__support="true", splunk__header__custom="colour", splunk__sourcetypes="other")
    eventually(lambda: hop.indexed("sourcetype=mine host=h9 colour=red") == ["x"])


def test_events_in_hec_time_unless_the_record_time_is_wanted(hop: Any, eventually: Wait) -> None:
    hop.produce(b"x", timestamp=1_700_000_000_000)
    hop.start(splunk__hec__use__record__timestamp="false")
    eventually(lambda: hop.indexed("earliest=-5m") == ["x"])


@pytest.fixture
def tolerant(hop: Any) -> dict[str, str]:
    return {
        "errors__tolerance": "all",
        "errors__deadletterqueue__topic__name": f"dead-letters-{hop.name}",
        "errors__deadletterqueue__topic__replication__factor": "1",
        "errors__deadletterqueue__context__headers__enable": "true",
    }


def test_a_record_that_cannot_be_read_is_a_dead_letter_with_its_reason(
    hop: Any, tolerant: dict[str, str], eventually: Wait
) -> None:
    hop.produce(b'{"n":1}', b'{"n":', b'{"n":2}', headers=[("own", b"1")])
    hop.start(**JSON, **tolerant)
    eventually(lambda: hop.committed() == 3)
    assert sorted(hop.indexed()) == ['{"n":1}', '{"n":2}']
    (letter,) = hop.dead_letters(tolerant["errors__deadletterqueue__topic__name"], 1)
    assert (letter.value(), letter.key()) == (b'{"n":', b"host")
    headers = {name.removeprefix("__connect.errors."): value.decode() for name, value in letter.headers()}
    assert {
        "own": "1", "topic": hop.name, "partition": "0", "offset": "1", "connector.name": hop.name, "task.id": "0"
    }.items() <= headers.items()  # fmt: skip
    assert headers["stage"] == "VALUE_CONVERTER"
    assert "unexpected end of data" in headers["exception.message"]


def test_a_record_that_hec_refuses_for_good_does_not_hold_up_the_others(
    hop: Any, tolerant: dict[str, str], eventually: Wait
) -> None:
    nowhere = [("splunk.header.index", b"nowhere")]
    hop.produce(*[b"before"] * 3)
    hop.produce(b"bad", headers=nowhere)
    hop.produce(*[b"after"] * 3)
    hop.produce(b"bad too", headers=nowhere)
    hop.start(splunk__header__support="true", **tolerant)
    eventually(lambda: hop.committed() == 8)
    # HEC keeps what came before a bad event, so that may be there twice: at least once.
    assert set(hop.indexed()) == {"before", "after"}
    assert hop.indexed().count("after") >= 3
    letters = hop.dead_letters(tolerant["errors__deadletterqueue__topic__name"], 2)
    assert [letter.value() for letter in letters] == [b"bad", b"bad too"]
    reasons = [dict(letter.headers())["__connect.errors.exception.message"].decode() for letter in letters]
    assert reasons == ["HEC answered 400: Incorrect index (code 7)"] * 2


def test_without_tolerance_a_bad_record_fails_the_task_and_is_not_passed_over(
    hop: Any, eventually: Wait
) -> None:
    hop.produce(b'{"n":1}')
    hop.start(**JSON)
    eventually(lambda: hop.committed() == 1)
    hop.produce(b"{", b'{"n":2}')
    eventually(lambda: hop.connect.states(hop.name) == ["RUNNING", "FAILED"])
    trace = hop.connect.call("GET", f"/connectors/{hop.name}/status").json()["tasks"][0]["trace"]
    assert "Tolerance exceeded" in trace
    assert f"topic {hop.name}, partition 0, offset 1" in trace
    assert hop.committed() == 1


def test_a_pause_holds_the_records_back_until_it_is_lifted(hop: Any, eventually: Wait) -> None:
    hop.start()
    hop.produce(b"1")
    eventually(lambda: hop.committed() == 1)
    assert hop.connect.call("PUT", f"/connectors/{hop.name}/pause").status_code == 202
    assert hop.connect.states(hop.name) == ["PAUSED", "PAUSED"]
    marker = uuid.uuid4().hex.encode()
    assert hop.connect.call("PUT", f"/connectors/{hop.name}/stop").status_code == 204
    assert hop.connect.states(hop.name) == ["STOPPED"]
    hop.produce(marker)
    hop.connect.call("PUT", f"/connectors/{hop.name}/pause")
    assert hop.connect.states(hop.name) == ["PAUSED", "PAUSED"]
    assert hop.committed() == 1
    assert hop.connect.call("PUT", f"/connectors/{hop.name}/resume").status_code == 202
    eventually(lambda: hop.committed() == 2)
    assert marker.decode() in hop.indexed()
