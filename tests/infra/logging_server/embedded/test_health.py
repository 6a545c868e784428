"""A service is healthy when it answers its own question, and not when something merely listens."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from embedded.kafka.settings import Settings as KafkaSettings
from infra.logging_server.embedded.health import HttpAnswers, KafkaAnswers


class Answering(HTTPServer):
    status = 200


@pytest.fixture
def service() -> Iterator[Answering]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answering.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    answering = Answering(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=answering.serve_forever, args=(0.01,))
    thread.start()
    yield answering
    answering.shutdown()
    thread.join()
    answering.server_close()


def test_an_http_service_has_to_answer_with_200(service: Answering) -> None:
    health = HttpAnswers(url=f"http://127.0.0.1:{service.server_port}/info")
    assert health.refusal() == ""
    service.status = 503
    assert "/info answers HTTP 503" in health.refusal()


def test_nobody_is_not_healthy(free_port: int) -> None:
    assert "does not answer" in HttpAnswers(url=f"http://127.0.0.1:{free_port}/").refusal()
    assert "nobody listens" in KafkaAnswers(host="127.0.0.1", port=free_port).refusal()


def test_a_listener_that_is_no_broker_is_not_healthy() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        told = KafkaAnswers(host="127.0.0.1", port=listener.getsockname()[1]).refusal()
    assert "does not answer as Kafka" in told


def test_a_broker_is_healthy(kafka: KafkaSettings) -> None:
    assert KafkaAnswers(host=kafka.host, port=kafka.port).refusal() == ""
