"""Who may use the management API: the administrator, by password or by a session key."""

import base64
import binascii
import hmac
import secrets
import time
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from embedded.splunk.management.atom import RestError, form, json_response, only

ADMIN: Final = "admin"
SESSION_SECONDS: Final = 3600
"""server.conf: `sessionTimeout`."""
UNAUTHENTICATED: Final = "call not properly authenticated"


class Authentication:
    """The administrator's password and the sessions that were opened with it."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._sessions: dict[str, float] = {}

    async def login(self, request: Request) -> Response:
        """Open a session and return its key."""
        arguments = await form(request)
        only(arguments, frozenset({"username", "password"}))
        if not self._knows(arguments.get("username", ""), arguments.get("password", "")):
            raise RestError(401, "Login failed", kind="WARN")
        now = time.monotonic()
        self._sessions = {key: used for key, used in self._sessions.items() if now - used < SESSION_SECONDS}
        key = secrets.token_urlsafe(32)
        self._sessions[key] = now
        return json_response({"sessionKey": key, "message": "", "code": ""})

    def check(self, request: Request) -> None:
        """Let the administrator through.

        Raises:
            RestError: 401, nobody or somebody else.
        """
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise RestError(401, UNAUTHENTICATED, kind="WARN") from None
            if self._knows(user, password):
                return
        elif scheme.lower() in {"splunk", "bearer"} and self._is_open(value.strip()):
            return
        raise RestError(401, UNAUTHENTICATED, kind="WARN")

    def _knows(self, user: str, password: str) -> bool:
        return hmac.compare_digest(password.encode(), self._password) and user == ADMIN

    def _is_open(self, key: str) -> bool:
        now = time.monotonic()
        used = self._sessions.get(key)
        if used is None or now - used >= SESSION_SECONDS:
            return False
        self._sessions[key] = now
        return True
