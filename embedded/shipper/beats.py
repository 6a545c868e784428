"""Sends records where Beats send: to a logging server's Beats input, over mutual TLS, until they are taken.

The protocol is Lumberjack 2 as Logstash's Beats input and elastic/go-lumber speak it: a window's size, so
many JSON frames with ascending numbers, deflated together, and acknowledgements of the highest number taken.
"""

import socket
import ssl
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from embedded.shipper.errors import DeliveryError
from infra import topics

WINDOW: Final = 2048
"""Records a batch: as many as Filebeat sends at once."""
_VERSION: Final = b"2"
_ANSWER_SECONDS: Final = 60.0
"""Logstash sends a keep-alive (an acknowledgement of 0) every few seconds while it is busy."""
_PATIENCE_SECONDS: Final = 120.0
"""How long a server that has gone away is waited for."""
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A Beats input, and what is shown there; certificates and key are PEM."""

    address: str
    """`host:port`, the host as the server's certificate has it."""
    ca_certificate: str
    certificate: str
    private_key: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host's name or address."""
        return self.address.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port."""
        return int(self.address.rpartition(":")[2])

    def context(self) -> ssl.SSLContext:
        """A TLS context that verifies the server and shows the certificate."""
        context = ssl.create_default_context(cadata=self.ca_certificate)
        with tempfile.TemporaryDirectory(
            prefix="lab-beats-"
        ) as folder:  # mode 0700; ssl reads keys from files only
            pem = Path(folder) / "client.pem"
            pem.write_text(self.certificate + self.private_key, encoding="ascii")
            context.load_cert_chain(pem)
        return context


class BeatsWriter:
    """Sends records as the Beats of their hosts would; each is taken once `flush` has returned."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._context = destination.context()
        self._stream: ssl.SSLSocket | None = None
        self._waiting: list[bytes] = []

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Queue one record; a full window is sent and waited for."""
        self._waiting.append(orjson.dumps(as_event(topic, key.decode(), value)))
        if len(self._waiting) >= WINDOW:
            self.flush()

    def poll(self) -> None:
        """Nothing is reported later than `send` returns."""

    def flush(self) -> None:
        """Send what waits, and return when the server has taken it.

        Raises:
            DeliveryError: it was not taken in time, or the server refuses this client.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._waiting:
            try:
                self._exchange(self._waiting)
                self._waiting = []
            except ssl.SSLError as error:
                self.close()
                raise DeliveryError(
                    f"{self._destination.address} and this client do not trust each other: {error.reason}",
                    "Bring the stack up again (./lab up): its certificates may have been renewed.",
                ) from error
            except OSError as error:
                self.close()
                if time.monotonic() > deadline:
                    raise DeliveryError(
                        f"the Beats input at {self._destination.address} does not take records: {error}",
                        "See that Logstash runs (docker ps, docker logs), then replay again.",
                    ) from error
                time.sleep(_PAUSE_SECONDS)  # it may be starting; there is nothing to be told by

    def close(self) -> None:
        """Let go of the connection."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _exchange(self, events: list[bytes]) -> None:
        stream = self._stream = self._stream or self._connect()
        frames = b"".join(
            _VERSION + b"J" + struct.pack(">II", number, len(event)) + event
            for number, event in enumerate(events, start=1)
        )
        deflated = zlib.compress(frames, level=1)
        stream.sendall(_VERSION + b"W" + struct.pack(">I", len(events)))
        stream.sendall(_VERSION + b"C" + struct.pack(">I", len(deflated)) + deflated)
        while _acknowledged(stream) < len(events):
            continue

    def _connect(self) -> ssl.SSLSocket:
        host, port = self._destination.host, self._destination.port
        raw = socket.create_connection((host, port), timeout=_ANSWER_SECONDS)
        try:
            return self._context.wrap_socket(raw, server_hostname=host)
        except BaseException:
            raw.close()
            raise


def as_event(topic: str, key: str, value: bytes) -> dict[str, Any]:
    """The event in which the Beat of a host would send this record; Logstash finds its topic again."""
    if topic.startswith(topics.sysmon("")):
        event: dict[str, Any] = orjson.loads(value)
        return event
    letter = orjson.loads(value) if topic == topics.DEAD_LETTERS else None
    kind, _, stream = topic.partition("-")
    if letter is not None:
        line, file, offset = letter["record"], letter["source"], letter["line"]
        fields = {"kind": "unreadable", "reason": letter["reason"]}
    else:
        line, file, offset = value.decode(errors="backslashreplace"), f"/replayed/{stream}.log", 0
        fields = {"kind": kind}
    return {
        "message": line,
        "fields": fields,
        "host": {"name": key},
        "agent": {"name": key, "type": "filebeat"},
        "log": {"file": {"path": file}, "offset": offset},
    }


def _acknowledged(stream: ssl.SSLSocket) -> int:
    frame = b""
    while len(frame) < struct.calcsize(">2sI"):
        part = stream.recv(struct.calcsize(">2sI") - len(frame))
        if not part:
            raise ConnectionResetError("it hung up before it had taken everything")
        frame += part
    kind, number = struct.unpack(">2sI", frame)
    if kind != _VERSION + b"A":
        raise ConnectionResetError(f"it answered {kind!r}, which is no acknowledgement")
    return int(number)


@contextmanager
def sending(destination: Destination) -> Iterator[BeatsWriter]:
    """A writer, flushed at the end and closed in any case."""
    writer = BeatsWriter(destination)
    try:
        yield writer
        writer.flush()
    finally:
        writer.close()
