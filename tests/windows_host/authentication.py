"""NTLM as a Windows host offers it over HTTP, and the message encryption that comes with it (MS-WSMV 2.2.9.1)."""

import base64
import struct
from typing import Final

import spnego
import spnego.exceptions

BOUNDARY: Final = b"--Encrypted Boundary"
PROTOCOL: Final = b"application/HTTP-SPNEGO-session-encrypted"


class Login:
    """The login of one connection; `user_file` lists who may come in (pyspnego's NTLM_USER_FILE)."""

    def __init__(self) -> None:
        self._context = spnego.server(protocol="ntlm")
        self.complete = False

    def step(self, header: str) -> str:
        """Take the client's token and return ours, base64 as it stands in the header.

        Raises:
            spnego.exceptions.SpnegoError: user or password are wrong.
        """
        token = self._context.step(base64.b64decode(header.split(" ", 1)[1]))
        self.complete = self._context.complete
        return base64.b64encode(token).decode() if token else ""

    def open(self, body: bytes) -> bytes:
        """Decrypt a request's multipart body."""
        payload = body.split(BOUNDARY + b"\r\n")[2].removesuffix(BOUNDARY + b"--\r\n")
        sealed = payload.removeprefix(b"\tContent-Type: application/octet-stream\r\n")
        length = struct.unpack("<i", sealed[:4])[0]
        return self._context.unwrap_winrm(sealed[4 : 4 + length], sealed[4 + length :])

    def seal(self, message: bytes) -> bytes:
        """Encrypt a reply into a multipart body."""
        wrapped = self._context.wrap_winrm(message)
        return b"".join(
            (
                *(BOUNDARY, b"\r\n\tContent-Type: ", PROTOCOL, b"\r\n"),
                b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=",
                *(str(len(message)).encode(), b"\r\n", BOUNDARY, b"\r\n"),
                b"\tContent-Type: application/octet-stream\r\n",
                *(struct.pack("<i", len(wrapped.header)), wrapped.header, wrapped.data),
                *(BOUNDARY, b"--\r\n"),
            )
        )


def content_type() -> str:
    """The content type of an encrypted reply."""
    return f'multipart/encrypted;protocol="{PROTOCOL.decode()}";boundary="Encrypted Boundary"'
