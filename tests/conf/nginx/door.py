"""The lab's nginx.conf in the real nginx: moved to free ports and a folder of its own, and nothing else changed."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.logging_server.docker.nginx import allow_list, hosts
from infra.tls.certificates import KeyPair, make_leaf

REPOSITORY = Path(__file__).resolve().parents[3]
CLOSED = 9
"""The discard service of RFC 863, which nobody runs: what is not behind the door in a test."""


@dataclass(frozen=True)
class Door:
    """A running nginx: where its ports are now, and the CA that signed its certificate."""

    ports: Mapping[int, int]
    authority: KeyPair
    folder: Path

    def ask(
        self, port: int, request: bytes, *, name: str = "lab.test", trusting: KeyPair | None = None
    ) -> bytes:
        """Send one request over TLS and return all that comes back."""
        context = ssl.create_default_context(cadata=(trusting or self.authority).certificate)
        with (
            socket.create_connection(("127.0.0.1", self.ports[port]), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname=name) as stream,
        ):
            stream.sendall(request)
            return read_all(stream)


def read_all(stream: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    while part := stream.recv(65536):
        parts.append(part)
    return b"".join(parts)


def nginx_binary() -> str:
    """Where nginx is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin:/usr/bin")
    if found is None:
        raise FileNotFoundError(
            "nginx is not installed, and its configuration is tested in the real one: "
            "apt-get install nginx-light, or brew install nginx"
        )
    return found


@contextmanager
def running(
    folder: Path,
    authority: KeyPair,
    upstreams: Mapping[int, int],
    *,
    allowed: Sequence[str] = ("127.0.0.1/32",),
    users: str = "",
) -> Iterator[Door]:
    """Run nginx with the lab's configuration.

    Args:
        folder: where its files may be.
        authority: the CA of its certificate, and of Splunk's.
        upstreams: by the port of a service, the port of this machine that stands for it.
        allowed: who may come in.
        users: the file of users.
    """
    leaf = make_leaf(authority, "lab.test", ["lab.test", "127.0.0.1"], 2)
    lab = folder / "lab"
    lab.mkdir()
    for name, content in {
        "ca.crt": authority.certificate,
        "nginx.crt": leaf.certificate + authority.certificate,
        "nginx.key": leaf.private_key,
        "users": users,
        "hosts.conf": hosts(["lab.test", "127.0.0.1"]),
        "allowed.conf": allow_list(allowed),
    }.items():
        (lab / name).write_text(content, encoding="utf-8")
    with name_server() as resolver:
        text = (REPOSITORY / "conf/nginx/nginx.conf").read_text(encoding="utf-8")
        moved, ports = _moved(text, folder, resolver, upstreams)
        configuration = folder / "nginx.conf"
        configuration.write_text(moved, encoding="utf-8")
        with _process(configuration, folder, list(ports.values())):
            yield Door(ports, authority, folder)


def _moved(
    text: str, folder: Path, resolver: int, upstreams: Mapping[int, int]
) -> tuple[str, dict[int, int]]:
    ports: dict[int, int] = {}

    def listen(found: re.Match[str]) -> str:
        port = int(found["port"])
        if port not in ports:
            ports[port] = free_port()
        return f"listen 127.0.0.1:{ports[port]}{found['rest']};"

    def proxied(found: re.Match[str]) -> str:
        port = int(found["port"])
        return f"{found['scheme']}://$upstream:{upstreams.get(port, CLOSED)};"

    text = re.sub(r"listen (?:127\.0\.0\.1:)?(?P<port>\d+)(?P<rest>[^;]*);", listen, text)
    text = text.replace("/tmp/", f"{folder}/").replace("/etc/lab/", f"{folder}/lab/")
    text = text.replace("resolver 127.0.0.11", f"resolver 127.0.0.1:{resolver}")
    text = text.replace("/etc/nginx/mime.types", str(mime_types()))
    return re.sub(r"(?P<scheme>https?)://\$upstream:(?P<port>\d+);", proxied, text), ports


def mime_types() -> Path:
    """The table of media types that nginx comes with."""
    return next(
        path
        for path in (Path("/etc/nginx/mime.types"), Path("/opt/homebrew/etc/nginx/mime.types"))
        if path.is_file()
    )


@contextmanager
def _process(configuration: Path, folder: Path, ports: Sequence[int]) -> Iterator[None]:
    # in its container nginx is one user; as root it would make workers of another, whom this folder is closed to
    user = "user root;" if os.geteuid() == 0 else ""
    arguments = [nginx_binary(), "-p", str(folder), "-c", str(configuration), "-g", f"daemon off; {user}"]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 10
        while not all(_listens(port) for port in ports):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((folder / "out").read_text(encoding="utf-8"))
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def name_server() -> Iterator[int]:
    """A name server that finds every name on this machine, as the engine's finds every container."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        done = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, done))
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            done.set()
            thread.join()


def _answer(server: socket.socket, done: threading.Event) -> None:
    while not done.is_set():
        try:
            query, sender = server.recvfrom(512)
        except TimeoutError:
            continue
        question = query[12 : query.index(b"\0", 12) + 5]
        record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04\x7f\0\0\x01"
        server.sendto(query[:2] + b"\x81\x80\0\x01\0\x01\0\0\0\0" + question + record, sender)


@contextmanager
def upstream(
    answer: Callable[[bytes], bytes], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """A service behind the door; yields its port and the requests that it got."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                try:
                    with (
                        connection if tls is None else tls.wrap_socket(connection, server_side=True) as stream
                    ):
                        stream.settimeout(10)
                        request = b""
                        while b"\r\n\r\n" not in request:
                            part = stream.recv(65536)
                            if not part:
                                break
                            request += part
                        requests.append(request)
                        stream.sendall(answer(request))
                except (ssl.SSLError, OSError):
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1]), requests
        finally:
            done.set()
            thread.join()
