"""ksqlDB's answers as the real one gives them (ksqlDB reference, "REST API"), told by a scripted server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from infra.errors import RefusedError, UnreachableError
from infra.pipeline.ksql.client import KsqlClient


class Script:
    """A server that answers in the order of its script and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[str, str, dict[str, Any], str]] = []

    def handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append(
                    (
                        self.command,
                        self.path,
                        json.loads(body or b"{}"),
                        self.headers.get("Authorization", ""),
                    )
                )
                status, answer = script.answers.pop(0)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _answer  # noqa: N815  # the library's names

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def url(script: Script) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), script.handler())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def status(state: str, message: str = "", query_id: str | None = None) -> dict[str, Any]:
    return {"status": state, "message": message, "queryId": query_id}


def command(state: str, query_id: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "@type": "currentStatus",
            "statementText": "CREATE STREAM A AS SELECT * FROM B EMIT CHANGES;",
            "commandId": "stream/`A`/create",
            "commandStatus": status(state, "Created query with ID CSAS_A_3", query_id),
            "commandSequenceNumber": 4,
            "warnings": [],
        }
    ]


def test_a_statement_is_sent_with_its_properties_and_gives_its_query(script: Script, url: str) -> None:
    script.answers = [(200, command("SUCCESS", "CSAS_A_3"))]
    assert KsqlClient(url).execute("CREATE STREAM a;", {"auto.offset.reset": "earliest"}) == "CSAS_A_3"
    assert script.asked[0][:3] == (
        "POST",
        "/ksql",
        {"ksql": "CREATE STREAM a;", "streamsProperties": {"auto.offset.reset": "earliest"}},
    )


def test_a_queued_command_is_waited_for(script: Script, url: str) -> None:
    script.answers = [
        (200, command("QUEUED")),
        (200, status("EXECUTING")),
        (200, status("SUCCESS", "Created", "CSAS_A_3")),
    ]
    assert KsqlClient(url).execute("CREATE STREAM a;", {}) == "CSAS_A_3"
    assert script.asked[1][1] == "/status/stream/%60A%60/create"


def test_a_command_that_fails_later_is_told(script: Script, url: str) -> None:
    script.answers = [(200, command("QUEUED")), (200, status("ERROR", "Topic A has 3 partitions, not 1"))]
    with pytest.raises(RefusedError, match="3 partitions"):
        KsqlClient(url).execute("CREATE STREAM a;", {})


def test_ksqldbs_own_message_is_told(script: Script, url: str) -> None:
    refused = {
        "@type": "statement_error",
        "error_code": 40001,
        "message": "line 1:13: Syntax Error",
        "statementText": "CREATE STREAM",
        "entities": [],
    }
    script.answers = [(400, refused)]
    with pytest.raises(RefusedError, match="HTTP 400: line 1:13: Syntax Error"):
        KsqlClient(url).execute("CREATE STREAM", {})


def test_what_is_there_is_listed(script: Script, url: str) -> None:
    script.answers = [
        (200, [{"@type": "streams", "streams": [{"type": "STREAM", "name": "A", "topic": "a"}]}]),
        (200, [{"@type": "tables", "tables": [{"type": "TABLE", "name": "T", "topic": "t"}]}]),
        (200, [{"@type": "type_list", "types": {"ADDRESS": {"type": "STRUCT"}}}]),
        (
            200,
            [
                {
                    "@type": "queries",
                    "queries": [
                        {"id": "CSAS_A_3", "sinks": ["A"], "state": "RUNNING", "queryType": "PERSISTENT"},
                        {"id": "INSERTQUERY_5", "sinks": ["A"], "state": "ERROR", "queryType": "PERSISTENT"},
                        {"id": "transient_1", "sinks": [], "state": "RUNNING", "queryType": "PUSH"},
                    ],
                }
            ],
        ),
    ]
    client = KsqlClient(url)
    assert client.sources() == {"A": "STREAM", "T": "TABLE"}
    assert client.types() == {"ADDRESS"}
    assert [(query.id, query.is_well) for query in client.queries()] == [
        ("CSAS_A_3", True),
        ("INSERTQUERY_5", False),
    ]


def test_a_user_and_password_are_sent_and_a_refusal_is_told(script: Script, url: str) -> None:
    script.answers = [(401, {"@type": "generic_error", "error_code": 40100, "message": "Unauthorized"})]
    with pytest.raises(RefusedError, match="refused the user"):
        KsqlClient(url, auth=("key", "secret")).version()
    assert script.asked[0][3].startswith("Basic ")


def test_health_is_the_servers_own_answer(script: Script, url: str) -> None:
    script.answers = [(200, {"isHealthy": True, "details": {}}), (503, {"isHealthy": False})]
    client = KsqlClient(url)
    assert client.is_healthy()
    assert not client.is_healthy()


def test_a_server_that_is_not_there_is_named(free_port: int) -> None:
    with pytest.raises(UnreachableError, match=f"ksqlDB does not answer at http://127.0.0.1:{free_port}"):
        KsqlClient(f"http://127.0.0.1:{free_port}").sources()


def test_a_password_in_the_url_is_sent_and_never_shown(script: Script, url: str, free_port: int) -> None:
    script.answers = [(200, [])]
    KsqlClient(url.replace("http://", "http://user:a-password@")).types()
    assert script.asked[0][3].startswith("Basic ")
    with pytest.raises(UnreachableError) as error:
        KsqlClient(f"http://user:a-password@127.0.0.1:{free_port}").sources()
    assert "a-password" not in str(error.value)


INITIALIZING = (503, {"@type": "generic_error", "error_code": 50302, "message": "Server initializing"})


def test_a_server_that_starts_is_waited_for_by_a_statement_and_away_for_a_look(
    script: Script, url: str
) -> None:
    script.answers = [INITIALIZING, INITIALIZING, (200, command("SUCCESS", "CSAS_A_3"))]
    assert KsqlClient(url).execute("CREATE STREAM A AS SELECT * FROM B EMIT CHANGES;", {}) == "CSAS_A_3"
    script.answers = [INITIALIZING]
    with pytest.raises(UnreachableError, match="is not ready: Server initializing"):
        KsqlClient(url).queries()
