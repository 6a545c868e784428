"""What a browser is told and given, over TLS, by a console that runs."""

import httpx
import orjson
import pytest

from tests.console.records import enriched, flow, zeek
from tests.console.running import Running, eventually


def test_every_answer_forbids_foreign_scripts_frames_and_guesses(console: Running) -> None:
    with console.client() as client:
        for path in ("/", "/static/js/main.js", "/api/event?key=none", "/no-such-page"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy, path
            assert "script-src 'self';" in policy, path
            assert "unsafe" not in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path


def test_a_page_that_has_another_name_point_here_is_refused(console: Running) -> None:
    with console.client() as client:
        answer = client.get("/api/event?key=any", headers={"host": "attacker.example"})
    assert answer.status_code == httpx.codes.BAD_REQUEST


def test_files_beside_the_pages_are_not_served(console: Running) -> None:
    with console.client() as client:
        for path in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py"):
            assert client.get(path).status_code == httpx.codes.NOT_FOUND


def test_the_page_names_nothing_but_its_own_files(console: Running) -> None:
    with console.client() as client:
        page = client.get("/").text
        own = ("/static/css/base.css", "/static/js/main.js", "/static/icon.svg")
        assert all(client.get(path).status_code == httpx.codes.OK for path in own)
    assert "http:" not in page
    assert "https:" not in page
    assert " style=" not in page


def events(client: httpx.Client, last: str = "") -> list[tuple[str, str, dict[str, object]]]:
    """The events of a stream until the first that tells the console's status: name, id and data."""
    found = []
    fields: dict[str, str] = {}
    with client.stream("GET", "/api/changes", headers={"last-event-id": last}) as answer:
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            found.append((fields["event"], fields.get("id", ""), orjson.loads(fields["data"])))
            if fields["event"] == "status":
                return found
            fields = {}
    raise AssertionError("the stream ended")


def test_a_page_that_comes_back_is_sent_what_it_missed(console: Running) -> None:
    with console.client() as client:
        console.write(enriched(flow(number)) for number in range(5))
        eventually(lambda: len(rows(events(client))) == 5, "five connections are there")
        last = [identity for name, identity, _ in events(client) if name == "rows"][-1]
        console.write([enriched(flow(7))])
        eventually(lambda: len(rows(events(client))) == 6, "the sixth is there")
        missed = events(client, last)
    assert len(rows(missed)) == 1
    assert missed[0][2]["anew"] is False


def test_a_page_that_knew_an_earlier_console_begins_anew(console: Running) -> None:
    with console.client() as client:
        console.write([enriched(flow())])
        eventually(lambda: len(rows(events(client))) == 1, "the connection is there")
        told = events(client, "0123456789ab-17")
    assert told[0][2]["anew"] is True
    assert len(rows(told)) == 1


def rows(told: list[tuple[str, str, dict[str, object]]]) -> list[object]:
    return [row for name, _, data in told if name == "rows" for row in data["rows"]]  # type: ignore[attr-defined]


def test_a_connection_is_told_as_zeek_wrote_it_and_enriched(console: Running) -> None:
    console.write([zeek(flow()), enriched(flow())])
    with console.client() as client:
        found = {"key": "C00000001:originator"}
        eventually(
            lambda: client.get("/api/event", params=found).status_code == httpx.codes.OK, "it is there"
        )
        told = client.get("/api/event", params=found).json()
    assert "PROCESS_NAME" not in told["zeek"]
    assert told["event"]["PROCESS_NAME"] == "C:\\Windows\\explorer.exe"


@pytest.mark.parametrize("key", ["", "C1:originator", "<script>"])
def test_what_is_not_there_is_said_to_be_so(console: Running, key: str) -> None:
    with console.client() as client:
        answer = client.get("/api/event", params={"key": key})
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "held no more" in answer.json()["error"]


def test_the_hops_are_told_with_what_went_through_them(console: Running) -> None:
    console.write([zeek(flow()), enriched(flow())])
    with console.client() as client:
        told = client.get("/api/pipeline").json()
    hops = {hop["name"]: hop for hop in told["hops"]}
    assert told["trouble"] == ""
    assert hops["zeek-conn"]["written"] == 1
    assert hops["zeek-conn"]["newest_ms"] > 0
    assert hops["osquery-processes"]["exists"] is False
