"""Whoever wrote a dead letter, its reason and its record can be read."""

import orjson
import pytest

from console.letters import SHOWN, letter


def of_engine(record: dict[str, object]) -> dict[str, object]:
    return {
        "topic": "zeek-conn",
        "partition": 1,
        "offset": 5,
        "query": "CTAS_1",
        "reason": "no number",
        "record": record,
    }


@pytest.mark.parametrize(
    ("told", "record"),
    [
        (of_engine({"key": None, "value": {"text": '{"ts": 1'}, "timestamp": 9}), '{"ts": 1'),
        (of_engine({"key": None, "value": {"base64": "/w=="}, "timestamp": 9}), "/w=="),
        ({"source": "/var/log/conn.log", "offset": 5, "reason": "no number", "record": "a line"}, "a line"),
        (
            {"reason": "no number", "winlog": {"event_id": 3}},
            '{"reason":"no number","winlog":{"event_id":3}}',
        ),
    ],
    ids=[
        "the engine's, of text",
        "the engine's, of bytes",
        "Logstash's, of a line",
        "Logstash's, of an event",
    ],
)
def test_each_writers_letter_is_told_with_reason_and_record(told: dict[str, object], record: str) -> None:
    read = letter(orjson.dumps(told), 7)
    assert (read.reason, read.record, read.at_ms) == ("no number", record, 7)


def test_the_place_is_told() -> None:
    read = letter(orjson.dumps(of_engine({"value": {"text": "x"}})), 7)
    assert (read.topic, read.place) == ("zeek-conn", "partition 1, offset 5, query CTAS_1")


def test_a_letter_that_is_no_json_is_shown_as_it_is() -> None:
    assert letter(b"\xffgarbage", 7).record == "\\xffgarbage"


def test_a_record_without_end_is_cut() -> None:
    assert len(letter(orjson.dumps({"reason": "long", "record": "x" * 100_000}), 7).record) == SHOWN
