"""HEC, as a client on the wire sees it."""

import base64
import gzip
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

EVENT = "/services/collector/event"
ALL = "search index={index}"


@pytest.fixture
def index() -> str:
    return f"i{uuid.uuid4().hex[:12]}"


@pytest.fixture
def token(splunk: Any, index: str) -> str:
    made: str = splunk.token(index, index)
    return made


@pytest.fixture
def acked(splunk: Any, index: str) -> str:
    made: str = splunk.token(f"{index}-ack", index, useACK="1")
    return made


def stored(splunk: Any, index: str) -> list[str]:
    return sorted(row["_raw"] for row in splunk.search(f"search index={index}"))


@pytest.mark.parametrize("path", ["/services/collector", EVENT, EVENT + "/1.0"])
def test_an_event_is_searchable_as_soon_as_it_is_answered(
    splunk: Any, index: str, token: str, path: str
) -> None:
    answer = splunk.hec(
        "POST",
        path,
        token,
        content=b'{"event":"hello","host":"h","source":"s","sourcetype":"t","time":1700000000.25}',
    )
    assert (answer.status_code, answer.json()) == (200, {"text": "Success", "code": 0})
    (row,) = splunk.search(f"search index={index}")
    assert row["_raw"] == "hello"
    assert (row["host"], row["source"], row["sourcetype"], row["index"]) == ("h", "s", "t", index)
    assert row["_time"] == "2023-11-14T22:13:20.250+00:00"


@pytest.mark.parametrize("separator", [b"", b"\n", b"\r\n", b" ", b"\n\n"])
def test_objects_may_follow_each_other_in_any_way(
    splunk: Any, index: str, token: str, separator: bytes
) -> None:
    body = separator.join(b'{"event":{"n":%d,"s":"{\\"x\\"}"}}' % number for number in range(3))
    assert splunk.hec("POST", EVENT, token, content=body).status_code == 200
    assert [json.loads(raw)["n"] for raw in stored(splunk, index)] == [0, 1, 2]


def test_an_object_may_span_lines(splunk: Any, index: str, token: str) -> None:
    assert (
        splunk.hec("POST", EVENT, token, content=b'{\n "event": {"a": 1}\n}\n{"event": "b"}').status_code
        == 200
    )
    assert stored(splunk, index) == ["b", '{"a":1}']


def test_a_text_event_is_kept_byte_for_byte(splunk: Any, index: str, token: str) -> None:
    line = '{"ts":1700000000.100000,"id.orig_h":"fe80::1", "x":"\\u00e9\\/"}'
    splunk.hec("POST", EVENT, token, json={"event": line})
    assert stored(splunk, index) == [line]


def test_gzip_and_chunked_bodies(splunk: Any, index: str, token: str) -> None:
    zipped = gzip.compress(b'{"event":"zipped"}\n' * 50)

    def chunks() -> Iterator[bytes]:
        yield from (zipped[at : at + 7] for at in range(0, len(zipped), 7))

    answer = splunk.hec("POST", EVENT, token, content=chunks(), headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 200
    assert stored(splunk, index) == ["zipped"] * 50


def test_raw_lines(splunk: Any, index: str, token: str) -> None:
    answer = splunk.hec(
        "POST", "/services/collector/raw?sourcetype=zeek&host=z", token, content=b"one\n\ntwo\n"
    )
    assert answer.json() == {"text": "Success", "code": 0}
    rows = splunk.search(f"search index={index} sourcetype=zeek host=z")
    assert sorted(row["_raw"] for row in rows) == ["one", "two"]


@pytest.mark.parametrize(
    ("body", "code", "text", "number", "kept"),
    [
        (b"", 5, "No data", None, []),
        (b"   \n", 5, "No data", None, []),
        (b"not json", 6, "Invalid data format", 0, []),
        (b'{"event":"a"}\n{"event":', 6, "Invalid data format", 1, ["a"]),
        (b'{"event":"a"},{"event":"b"}', 6, "Invalid data format", 1, ["a"]),
        (b'[{"event":"a"}]', 6, "Invalid data format", 0, []),
        (b'{"event":"a"}{"event":"b"}{"event":"c","time":"yesterday"}', 6, "Invalid data format", 2, ["a", "b"]),
        (b'{"event":"a","time":NaN}', 6, "Invalid data format", 0, []),
        (b'{"event":"a","time":"nan"}', 6, "Invalid data format", 0, []),
        (b'{"event":"a\xff"}', 6, "Invalid data format", 0, []),
        (b"[" * 100_000, 6, "Invalid data format", 0, []),
        (b'{"event":"a"}{"host":"h"}', 12, "Event field is required", 1, ["a"]),
        (b'{"event":null}', 12, "Event field is required", 0, []),
        (b'{"event":""}', 13, "Event field cannot be blank", 0, []),
        (b'{"event":"a","index":"elsewhere"}', 7, "Incorrect index", 0, []),
        (b'{"event":"a","index":"main"}', 7, "Incorrect index", 0, []),
        (b'{"event":"a","fields":{"x":{"y":1}}}', 15, "Error in handling indexed fields", 0, []),
        (b'{"event":"a","fields":[1]}', 15, "Error in handling indexed fields", 0, []),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_from_the_bad_event_on(
    splunk: Any,
    *,
    index: str,
    token: str,
    body: bytes,
    code: int,
    text: str,
    number: int | None,
    kept: list[str],
) -> None:
    answer = splunk.hec("POST", EVENT, token, content=body)
    expected = {"text": text, "code": code} | ({} if number is None else {"invalid-event-number": number})
    assert (answer.status_code, answer.json()) == (400, expected)
    assert stored(splunk, index) == kept


def test_a_body_that_is_not_gzip_though_it_says_so(splunk: Any, index: str, token: str) -> None:
    for body in (b'{"event":"a"}', gzip.compress(b'{"event":"a"}')[:-4]):
        answer = splunk.hec("POST", EVENT, token, content=body, headers={"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (400, 6)
    assert stored(splunk, index) == []


def test_a_body_that_unpacks_beyond_the_limit(splunk: Any, index: str, token: str) -> None:
    bomb = gzip.compress(b" " * 40_000_000)
    answer = splunk.hec("POST", EVENT, token, content=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413
    assert stored(splunk, index) == []


@pytest.mark.parametrize(
    ("authorization", "status", "code", "text"),
    [
        (None, 401, 2, "Token is required"),
        ("Splunk", 401, 3, "Invalid authorization"),
        ("Negotiate abc", 401, 3, "Invalid authorization"),
        ("Basic !!!", 401, 3, "Invalid authorization"),
        ("Splunk 00000000-0000-0000-0000-000000000000", 403, 4, "Invalid token"),
        ("Basic " + base64.b64encode(b"x:wrong").decode(), 403, 4, "Invalid token"),
    ],
)
def test_a_client_without_the_token_stores_nothing(
    splunk: Any, *, index: str, token: str, authorization: str | None, status: int, code: int, text: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for path in (EVENT, "/services/collector/raw"):
        answer = splunk.hec("POST", path, content=b'{"event":"a"}', headers=headers)
        assert token not in answer.text
        assert (answer.status_code, answer.json()) == (status, {"text": text, "code": code})
    assert stored(splunk, index) == []


def test_the_token_as_a_basic_password_and_in_the_query(splunk: Any, index: str, token: str) -> None:
    basic = "Basic " + base64.b64encode(f"x:{token}".encode()).decode()
    assert (
        splunk.hec("POST", EVENT, content=b'{"event":"b"}', headers={"Authorization": basic}).status_code
        == 200
    )
    answer = splunk.hec("POST", f"{EVENT}?token={token}", content=b'{"event":"q"}')
    assert (answer.status_code, answer.json()["code"]) == (400, 16)
    splunk.admin("POST", f"/services/data/inputs/http/{index}", data={"allowQueryStringAuth": "1"})
    assert splunk.hec("POST", f"{EVENT}?token={token}", content=b'{"event":"q"}').status_code == 200
    assert stored(splunk, index) == ["b", "q"]


def test_a_disabled_token(splunk: Any, index: str, token: str) -> None:
    splunk.admin("POST", f"/services/data/inputs/http/{index}/disable")
    answer = splunk.hec("POST", EVENT, token, content=b'{"event":"a"}')
    assert (answer.status_code, answer.json()) == (403, {"text": "Token disabled", "code": 1})
    splunk.admin("POST", f"/services/data/inputs/http/{index}/enable")
    assert splunk.hec("POST", EVENT, token, content=b'{"event":"a"}').status_code == 200


def test_acknowledgements_are_per_channel_and_reported_once(splunk: Any, acked: str) -> None:
    channels = [str(uuid.uuid4()), str(uuid.uuid4())]
    given = []
    for channel in (channels[0], channels[0], channels[1]):
        answer = splunk.hec(
            "POST", EVENT, acked, content=b'{"event":"a"}', headers={"X-Splunk-Request-Channel": channel}
        )
        given.append(answer.json()["ackId"])
    assert given == [0, 1, 0]
    asked = {"acks": [0, 1, 7]}
    answer = splunk.hec("POST", f"/services/collector/ack?channel={channels[0]}", acked, json=asked)
    assert answer.json() == {"acks": {"0": True, "1": True, "7": False}}
    answer = splunk.hec(
        "POST",
        "/services/collector/ack",
        acked,
        json=asked,
        headers={"X-Splunk-Request-Channel": channels[0]},
    )
    assert answer.json() == {"acks": {"0": False, "1": False, "7": False}}


@pytest.mark.parametrize(("query", "code"), [("", 10), ("?channel=nonsense", 11)])
def test_a_channel_is_needed_where_events_are_acknowledged(
    splunk: Any, index: str, acked: str, query: str, code: int
) -> None:
    for path, body in (
        (EVENT, b'{"event":"a"}'),
        ("/services/collector/raw", b"a"),
        ("/services/collector/ack", b'{"acks":[0]}'),
    ):
        answer = splunk.hec("POST", path + query, acked, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert stored(splunk, index) == []


def test_acknowledgements_of_a_token_without_them(splunk: Any, token: str) -> None:
    answer = splunk.hec("POST", f"/services/collector/ack?channel={uuid.uuid4()}", token, json={"acks": [0]})
    assert (answer.status_code, answer.json()) == (400, {"text": "ACK is disabled", "code": 14})


@pytest.mark.parametrize("body", [b"", b"{}", b'{"acks":"all"}', b'{"acks":[true]}', b"[1]"])
def test_a_malformed_question_for_acknowledgements(splunk: Any, acked: str, body: bytes) -> None:
    answer = splunk.hec("POST", f"/services/collector/ack?channel={uuid.uuid4()}", acked, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 6)


def test_health_and_unknown_paths(splunk: Any) -> None:
    for path in ("/services/collector/health", "/services/collector/health/1.0"):
        answer = splunk.hec("GET", path)
        assert (answer.status_code, answer.json()) == (200, {"text": "HEC is healthy", "code": 17})
    assert splunk.hec("GET", "/services/elsewhere").status_code == 404


def test_an_event_without_a_time_happened_now(splunk: Any, index: str, token: str) -> None:
    before = time.time() - 1
    splunk.hec("POST", EVENT, token, content=b'{"event":"now"}')
    assert splunk.search(f"search index={index} earliest={before} latest=+1m")[0]["_raw"] == "now"
