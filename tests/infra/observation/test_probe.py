"""A probe is what sensors and agents send, and known again by whoever counts."""

import orjson

from embedded.shipper import winlogbeat
from infra import topics
from infra.observation import probe


def test_its_records_are_those_of_zeek_and_of_winlogbeat() -> None:
    made = probe.make()
    by_topic = {topic: value for topic, _, value in made.records}
    conn, socket = orjson.loads(by_topic[topics.ZEEK_CONN]), orjson.loads(by_topic[topics.SYSMON_NETWORK])
    record = winlogbeat.record(socket, by_topic[topics.SYSMON_NETWORK])
    assert record.topic == topics.SYSMON_NETWORK
    assert record.community_id == made.community_id == conn["community_id"]
    assert record.line == by_topic[topics.SYSMON_NETWORK]
    assert abs(record.time - conn["ts"]) < 0.001


def test_two_are_never_taken_for_one_another() -> None:
    assert probe.make(1.0).community_id != probe.make(1.0).community_id


def test_it_is_known_by_its_uid() -> None:
    assert probe.is_probe({"uid": probe.make().uid})
    assert not probe.is_probe({"uid": "CmES5u32sYpV7JYN"})
    assert not probe.is_probe({})
