"""The HTTP(S) front of the host: NTLM per connection, faults on demand."""

import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import spnego.exceptions

from tests.windows_host import authentication, shells
from tests.windows_host.authentication import Login


@dataclass
class Trouble:
    """What shall go wrong: this many of the next requests are dropped after they were read."""

    drop: int = 0
    dropped: int = field(default=0)


class Server:
    """A WinRM listener on loopback, over HTTP or (with a certificate) HTTPS."""

    def __init__(self, behind: shells.Shells, certificate: tuple[Path, Path] | None = None) -> None:
        self.trouble = Trouble()
        self.shells = behind
        self._certificate = certificate
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before where there was one."""

        class Handler(_Handler):
            server_ = self

        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_port
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening; connections that are open end with their next request."""
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_: ClassVar[Server]

    def setup(self) -> None:
        super().setup()
        self.login = Login()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.login.complete and not self._logged_in():
            return
        if self.server_.trouble.drop > 0:
            self.server_.trouble.drop -= 1
            self.server_.trouble.dropped += 1
            self.close_connection = True
            return
        encrypted = self.headers["Content-Type"].startswith("multipart/encrypted")
        if not body and not encrypted:
            self._reply(200, b"", encrypted=False)
            return
        message = self.login.open(body) if encrypted else body
        try:
            status, answer = 200, self.server_.shells.answer(message)
        except shells.FaultError as error:
            status, answer = 500, shells.fault(error)
        self._reply(status, answer.encode(), encrypted=encrypted)

    def _logged_in(self) -> bool:
        """Go on with the login; whether the request may be answered now."""
        header, token = self.headers.get("Authorization", ""), ""
        if header:
            try:
                token = self.login.step(header)
            except spnego.exceptions.SpnegoError:
                self.login = Login()
            if self.login.complete:
                return True
        self.send_response(401)
        scheme = header.split(" ", 1)[0] if header else "Negotiate"
        self.send_header("WWW-Authenticate", f"{scheme} {token}".strip())
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _reply(self, status: int, answer: bytes, *, encrypted: bool) -> None:
        self.send_response(status)
        self.send_header(
            "Content-Type",
            authentication.content_type() if encrypted else "application/soap+xml;charset=UTF-8",
        )
        payload = self.login.seal(answer) if encrypted else answer
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)
