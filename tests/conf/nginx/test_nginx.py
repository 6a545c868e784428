"""The door: whom the lab's nginx.conf lets in, to what, and whom it refuses, in the real nginx with real TLS."""

import base64
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from infra.logging_server.docker import nginx as container
from infra.tls.certificates import KeyPair, make_authority, make_leaf
from tests.conf.nginx.door import Door, read_all, running, upstream

USER, PASSWORD = "lab", "the password at the door"
WITH_PASSWORD = f"Authorization: Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
BEHIND = {8083: "connect", 9021: "control-center", 8082: "rest-proxy", 8088: "ksqldb-server", 9443: "console"}


def request(path: str = "/", host: str = "lab.test", headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n".encode()


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    assert found, answer
    return int(found[1])


@pytest.fixture(scope="module")
def authority() -> KeyPair:
    return make_authority("door", 2)


@pytest.fixture(scope="module")
def users() -> str:
    """The file of users, as the program makes it."""
    made: list[str] = []
    pulumi.runtime.set_mocks(_NoMocks())

    async def look() -> None:
        made.append(str(await container.users(USER, PASSWORD).future()))

    pulumi.runtime.test(look)()  # type: ignore[no-untyped-call]  # Pulumi's own
    return made[0]


class _NoMocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        raise AssertionError(args.typ)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        raise AssertionError(args.token)


def server_tls(authority: KeyPair, name: str, folder: Path) -> ssl.SSLContext:
    leaf = make_leaf(authority, name, [name], 2)
    pem = folder / f"{name}.pem"
    pem.write_text(leaf.certificate + leaf.private_key, encoding="utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[int, list[bytes]]]:
    with upstream(lambda _: OK) as made:
        yield made


@pytest.fixture(scope="module")
def door(
    tmp_path_factory: pytest.TempPathFactory,
    authority: KeyPair,
    users: str,
    service: tuple[int, list[bytes]],
) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("nginx")
    with (
        upstream(lambda _: OK, server_tls(authority, "splunk", folder)) as (splunk, _),
        upstream(lambda _: OK, server_tls(authority, "console", folder)) as (console, _),
        running(
            folder,
            authority,
            {**dict.fromkeys(BEHIND, service[0]), 8000: splunk, 8089: splunk, 8443: console},
            users=users,
        ) as made,
    ):
        yield made


@pytest.mark.parametrize("port", [8443, 8089])
def test_splunk_is_reached_over_tls_and_verified(door: Door, port: int) -> None:
    answer = door.ask(port, request())
    assert status(answer) == 200
    assert answer.endswith(b"hello")


@pytest.mark.parametrize("port", BEHIND)
def test_what_has_no_password_of_its_own_is_behind_one(door: Door, port: int) -> None:
    assert status(door.ask(port, request())) == 401
    wrong = base64.b64encode(f"{USER}:wrong".encode()).decode()
    assert status(door.ask(port, request(headers=f"Authorization: Basic {wrong}\r\n"))) == 401
    assert door.ask(port, request(headers=WITH_PASSWORD)).endswith(b"hello")


def test_the_password_stays_at_the_door(door: Door, service: tuple[int, list[bytes]]) -> None:
    door.ask(8083, request("/connectors", headers=WITH_PASSWORD))
    seen = service[1][-1]
    assert seen.startswith(b"GET /connectors ")
    assert b"authorization" not in seen.lower()


@pytest.mark.parametrize("port", [8443, 8089, *BEHIND])
def test_an_unknown_host_name_is_refused(door: Door, port: int) -> None:
    answer = door.ask(port, request(host="elsewhere.test", headers=WITH_PASSWORD))
    assert status(answer) == 421
    assert b"hello" not in answer


@pytest.mark.parametrize("port", [8443, 8089, *BEHIND])
def test_browsers_are_told_to_come_by_tls_only(door: Door, port: int) -> None:
    for headers in ("", WITH_PASSWORD):
        answer = door.ask(port, request(headers=headers))
        assert b"Strict-Transport-Security: max-age=31536000" in answer


def test_http_leads_to_https(door: Door) -> None:
    def over_http(host: str) -> bytes:
        with socket.create_connection(("127.0.0.1", door.ports[8080]), timeout=10) as stream:
            stream.sendall(request("/en-GB/", host=host))
            return read_all(stream)

    answer = over_http("lab.test")
    assert status(answer) == 301
    assert b"Location: https://lab.test/en-GB/" in answer
    assert status(over_http("elsewhere.test")) == 421


def test_a_client_that_trusts_another_ca_does_not_speak(door: Door) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        door.ask(8443, request(), trusting=make_authority("somebody else", 2))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_of_tls_are_spoken(door: Door, version: ssl.TLSVersion) -> None:
    assert _negotiated(door, version) == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_old_versions_of_tls_are_refused(door: Door) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _negotiated(door, ssl.TLSVersion.TLSv1_1)


def _negotiated(door: Door, version: ssl.TLSVersion) -> str | None:
    context = ssl.create_default_context(cadata=door.authority.certificate)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", door.ports[8443]), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="lab.test") as stream,
    ):
        return stream.version()


def test_a_network_that_is_not_allowed_is_refused(
    tmp_path: Path, authority: KeyPair, users: str, service: tuple[int, list[bytes]]
) -> None:
    allowed = ["192.0.2.0/24"]
    with running(tmp_path, authority, {8083: service[0]}, allowed=allowed, users=users) as door:
        for port in (8443, 8089, *BEHIND):
            assert status(door.ask(port, request(headers=WITH_PASSWORD))) == 403


def test_a_splunk_with_another_certificate_is_not_passed_on(
    tmp_path: Path, authority: KeyPair, users: str
) -> None:
    other = server_tls(make_authority("somebody else", 2), "splunk", tmp_path)
    misnamed = server_tls(authority, "not-splunk", tmp_path)
    with (
        upstream(lambda _: OK, other) as (untrusted, _),
        upstream(lambda _: OK, misnamed) as (wrong_name, _),
        running(tmp_path, authority, {8000: untrusted, 8089: wrong_name}, users=users) as door,
    ):
        assert status(door.ask(8443, request())) == 502
        assert status(door.ask(8089, request())) == 502


@pytest.mark.parametrize("port", [9021, 8088])
def test_a_websocket_is_passed_through(tmp_path: Path, authority: KeyPair, users: str, port: int) -> None:
    switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\na frame"
    upgrade = (
        "GET /ws/query HTTP/1.1\r\nHost: lab.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"{WITH_PASSWORD}\r\n"
    )
    with (
        upstream(lambda _: switched) as (behind, requests),
        running(tmp_path, authority, {port: behind}, users=users) as door,
    ):
        answer = door.ask(port, upgrade.encode())
    assert status(answer) == 101
    assert answer.endswith(b"a frame")
    assert b"upgrade: websocket" in requests[0].lower()
    assert b"connection: upgrade" in requests[0].lower()


def test_rows_of_a_push_query_come_when_they_are_written(
    tmp_path: Path, authority: KeyPair, users: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    trusting = ssl.create_default_context(cadata=authority.certificate)
    with (
        socket.create_server(("127.0.0.1", 0)) as behind,
        running(tmp_path, authority, {8088: behind.getsockname()[1]}, users=users) as door,
        socket.create_connection(("127.0.0.1", door.ports[8088]), timeout=10) as raw,
        trusting.wrap_socket(raw, server_hostname="lab.test") as client,
    ):
        client.sendall(request("/query-stream", headers=WITH_PASSWORD))
        connection, _ = behind.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(head + b'["row 1"]\n')
            assert b"row 1" in read_until(client, b"row 1")  # although the query goes on
            connection.sendall(b'["row 2"]\n')
            assert b"row 2" in read_until(client, b"row 2")


def read_until(stream: socket.socket, wanted: bytes) -> bytes:
    received = b""
    while wanted not in received and (part := stream.recv(65536)):
        received += part
    return received


def test_searches_and_tokens_do_not_reach_the_log(door: Door) -> None:
    door.ask(8443, request("/search?q=secret-search"))
    log = (door.folder / "out").read_text(encoding="utf-8", errors="replace")
    assert "/search" in log or "GET" in log
    assert "secret-search" not in log


def test_a_missing_service_is_said_to_be_missing(tmp_path: Path, authority: KeyPair, users: str) -> None:
    with running(tmp_path, authority, {}, users=users) as door:
        assert status(door.ask(8083, request(headers=WITH_PASSWORD))) == 502


def test_the_health_port_answers_without_a_certificate(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.ports[8081]), timeout=10) as stream:
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert status(read_all(stream)) == 204
