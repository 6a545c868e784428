"""What the pipeline's resources make of a service that is down behind a proxy."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from infra.errors import UnreachableError
from infra.pipeline.connect.client import ConnectClient
from infra.pipeline.splunk.index import IndexProvider
from infra.tls.certificates import make_authority


class _Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(502)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A proxy behind which nobody answers."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_keeps_no_up_from_replacing_the_service_that_died(url: str) -> None:
    inputs = {
        "url": url,
        "user": "admin",
        "password": "x",
        "ca_certificate": make_authority("lab", 1).certificate,
        "instance": "one",
        "name": "flows",
        "max_total_mb": 100,
        "frozen_seconds": 86400,
    }
    seen = IndexProvider().read("flows", inputs)
    assert seen.id == "flows"
    assert not IndexProvider().diff("flows", seen.outs or {}, inputs).changes


def test_it_is_said_not_to_answer(url: str) -> None:
    with pytest.raises(
        UnreachableError, match=r"Kafka Connect does not answer at .*: the proxy there says HTTP 502"
    ):
        ConnectClient(url).config("sink")
