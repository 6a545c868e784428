"""Health checks are run as a container would run them, against services that serve, fail, or only listen."""

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.logging_server.docker import health


class _Status(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthcheck" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(status: int) -> Iterator[int]:
    handler = type("Handler", (_Status,), {"status": status})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def saying(text: bytes) -> Iterator[int]:
    """A server that says the same to everybody once it was asked, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(text)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)


def passes(command: str) -> bool:
    return (
        subprocess.run(["/bin/bash", "-c", command], check=False, capture_output=True, timeout=30).returncode
        == 0
    )


def test_a_service_that_answers_200_is_healthy() -> None:
    with serving(200) as port:
        assert passes(health.http_ok(port, "/healthcheck"))


@pytest.mark.parametrize("status", [500, 503, 401])
def test_a_service_that_answers_otherwise_is_not(status: int) -> None:
    with serving(status) as port:
        assert not passes(health.http_ok(port, "/healthcheck"))


def test_the_path_that_is_asked_for_decides() -> None:
    with serving(200) as port:
        assert not passes(health.http_ok(port, "/elsewhere"))


def test_a_port_that_only_accepts_is_not_healthy() -> None:
    with saying(b"") as port:
        assert not passes(health.http_ok(port, "/healthcheck"))


def test_a_closed_port_is_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert not passes(health.http_ok(port, "/healthcheck"))


def test_zookeeper_is_healthy_when_it_says_its_mode() -> None:
    with saying(b"Zookeeper version: 3.5.7\nLatency min/avg/max: 0/0/0\nMode: standalone\n") as port:
        assert passes(health.zookeeper(port))
    with saying(b"This ZooKeeper instance is not currently serving requests\n") as port:
        assert not passes(health.zookeeper(port))


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5s"), (60, "1m0s"), (90, "1m30s"), (180, "3m0s"), (3700, "1h1m40s")]
)
def test_durations_are_written_as_the_engine_writes_them(seconds: int, text: str) -> None:
    assert health.duration(seconds) == text
