"""A Beats input in Python: Lumberjack 2 over mutual TLS, as Logstash's plug-in speaks it."""

import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from embedded.shipper.beats import Destination
from infra.tls.certificates import KeyPair, make_leaf


@dataclass
class Server:
    """A Beats input; `hang_ups` connections are cut in the middle of a window before it behaves."""

    destination: Destination
    events: list[dict[str, Any]] = field(default_factory=list)
    hang_ups: int = 0
    windows: int = 0
    forward: Callable[[list[dict[str, Any]]], None] = lambda _: None
    """What is done with a window before it is acknowledged."""


def read(stream: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return data


def frames(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    while data:
        version, kind, number, size = struct.unpack(">ccII", data[:10])
        assert (version, kind) == (b"2", b"J")
        yield number, orjson.loads(data[10 : 10 + size])
        data = data[10 + size :]


def serve(stream: socket.socket, server: Server) -> None:
    while True:
        version, kind, size = struct.unpack(">ccI", read(stream, 6))
        assert (version, kind) == (b"2", b"W")
        version, kind, length = struct.unpack(">ccI", read(stream, 6))
        assert (version, kind) == (b"2", b"C")
        taken = list(frames(zlib.decompress(read(stream, length))))
        assert [number for number, _ in taken] == list(range(1, size + 1))
        if server.hang_ups:
            server.hang_ups -= 1
            return
        server.windows += 1
        server.events += [event for _, event in taken]
        server.forward([event for _, event in taken])
        for number in (0, size // 2, size):  # a keep-alive, a part of the window, all of it
            stream.sendall(b"2A" + struct.pack(">I", number))


@contextmanager
def running(authority: KeyPair, folder: Path) -> Iterator[Server]:
    leaf = make_leaf(authority, "127.0.0.1", ["127.0.0.1"], 2)
    client = make_leaf(authority, "beats", ["beats"], 2)
    (folder / "server.pem").write_text(leaf.certificate + leaf.private_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(cadata=authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        server = Server(
            Destination(
                address=f"127.0.0.1:{listener.getsockname()[1]}",
                ca_certificate=authority.certificate,
                certificate=client.certificate,
                private_key=client.private_key,
            )
        )

        def accept() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                connection.settimeout(10)
                try:
                    with context.wrap_socket(connection, server_side=True) as stream:
                        serve(stream, server)
                except OSError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server
        finally:
            done.set()
            thread.join()
