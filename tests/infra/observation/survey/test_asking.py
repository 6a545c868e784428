"""A service that does not answer, answers no, or shows a bad certificate is told apart."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.observation.survey import asking
from infra.tls.certificates import KeyPair, make_authority, make_leaf


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path: `/STATUS`."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()
        self.wfile.write(b'{"message": "as asked"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, leaf: KeyPair | None = None) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if leaf is not None:
        pem = folder / "server.pem"
        pem.write_text(leaf.certificate + leaf.private_key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if leaf else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def authority() -> KeyPair:
    return make_authority("test CA", days=10)


def test_a_service_that_answers_tells_its_time_and_its_certificate_s_end(
    tmp_path: Path, authority: KeyPair
) -> None:
    leaf = make_leaf(authority, "server", ["127.0.0.1"], days=5)
    with serving(tmp_path, leaf) as url:
        service = asking.web("splunk", url, "/200", authority.certificate)
    assert service.refusal == ""
    assert service.clock_ahead == 0.0
    assert service.certificate_ends is not None


def test_a_service_that_says_no_is_quoted(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        service = asking.web("connect", url, "/401")
    assert (service.refusal, service.code) == ("HTTP 401: as asked", 401)


def test_a_service_that_is_not_there_is_told(free_port: int) -> None:
    service = asking.web("connect", f"http://127.0.0.1:{free_port}", "/200")
    assert "refused" in service.refusal
    assert not service.is_certificate
    assert "refused" in asking.kafka(f"127.0.0.1:{free_port}").refusal


@pytest.mark.parametrize(("days", "code"), [(0, 10), (5, 20)], ids=["expired", "of another CA"])
def test_a_bad_certificate_is_told_by_openssl_s_code(
    tmp_path: Path, authority: KeyPair, days: int, code: int
) -> None:
    signer = authority if days == 0 else make_authority("stranger", days=10)
    with serving(tmp_path, make_leaf(signer, "server", ["127.0.0.1"], days=days)) as url:
        service = asking.web("splunk", url, "/200", authority.certificate)
    assert service.is_certificate
    assert service.code == code
