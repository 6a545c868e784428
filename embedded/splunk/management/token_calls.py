"""`data/inputs/http`: create, read, update, enable, disable and delete a HEC token."""

import asyncio
import uuid
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from embedded.splunk.indexes import Indexes
from embedded.splunk.management.atom import RestError, boolean, entries, form, only
from embedded.splunk.tokens import Token, Tokens

SCHEME: Final = "http://"
"""Entries are named `http://NAME`, after their stanza in inputs.conf."""
SETTINGS: Final = frozenset(
    {
        "index",
        "indexes",
        "host",
        "source",
        "sourcetype",
        "disabled",
        "useACK",
        "token",
        "allowQueryStringAuth",
        "description",
    }
)


class TokenCalls:
    """The handlers for HEC tokens."""

    def __init__(self, tokens: Tokens, indexes: Indexes) -> None:
        self._tokens = tokens
        self._indexes = indexes

    async def list(self, request: Request) -> Response:
        """Every token."""
        only(await form(request), frozenset({"count", "offset"}))
        return entries(request, {SCHEME + token.name: _content(token) for token in self._tokens.all()})

    async def create(self, request: Request) -> Response:
        """Add a token; its secret is in the answer, and generated unless given."""
        arguments = await form(request)
        only(arguments, SETTINGS | {"name"})
        name = arguments.pop("name", "").removeprefix(SCHEME)
        if not name:
            raise RestError(400, "The following required arguments are missing: name.")
        if self._tokens.get(name):
            raise RestError(409, f"An object with name={name} already exists")
        token = Token(name=name, token=str(uuid.uuid4()))
        return await self._put(request, self._changed(token, arguments), 201)

    async def read(self, request: Request) -> Response:
        """One token."""
        only(await form(request), frozenset())
        token = self._named(request)
        return entries(request, {SCHEME + token.name: _content(token)})

    async def update(self, request: Request) -> Response:
        """Change a token's settings."""
        arguments = await form(request)
        only(arguments, SETTINGS)
        return await self._put(request, self._changed(self._named(request), arguments))

    async def enable(self, request: Request) -> Response:
        """Let the token be used."""
        only(await form(request), frozenset())
        return await self._put(request, self._named(request).model_copy(update={"disabled": False}))

    async def disable(self, request: Request) -> Response:
        """Refuse the token until it is enabled."""
        only(await form(request), frozenset())
        return await self._put(request, self._named(request).model_copy(update={"disabled": True}))

    async def delete(self, request: Request) -> Response:
        """Remove a token."""
        only(await form(request), frozenset())
        await asyncio.to_thread(self._tokens.delete, self._named(request).name)
        return entries(request, {SCHEME + token.name: _content(token) for token in self._tokens.all()})

    async def _put(self, request: Request, token: Token, status: int = 200) -> Response:
        await asyncio.to_thread(self._tokens.put, token)
        return entries(request, {SCHEME + token.name: _content(token)}, status)

    def _named(self, request: Request) -> Token:
        name = request.path_params["name"].removeprefix(SCHEME).removeprefix("http:/")
        token = self._tokens.get(name)
        if token is None:
            raise RestError(404, f"Could not find object id={name}")
        return token

    def _changed(self, token: Token, arguments: dict[str, str]) -> Token:
        changes: dict[str, Any] = {
            name: arguments[name]
            for name in ("index", "host", "source", "sourcetype", "token")
            if name in arguments
        }
        if "indexes" in arguments:
            changes["indexes"] = tuple(
                name.strip() for name in arguments["indexes"].split(",") if name.strip()
            )
        for argument, setting in (
            ("useACK", "use_ack"),
            ("disabled", "disabled"),
            ("allowQueryStringAuth", "allow_query_string_auth"),
        ):
            if argument in arguments:
                changes[setting] = boolean(argument, arguments[argument])
        changed = token.model_copy(update=changes)
        self._check(token, changed)
        return changed

    def _check(self, before: Token, token: Token) -> None:
        for name in (token.index, *token.indexes):
            if self._indexes.get(name) is None:
                raise RestError(400, f"Index '{name}' does not exist: create it first.")
        if not token.allows(token.index):
            raise RestError(400, f"The default index '{token.index}' is not in the token's list of indexes.")
        other = self._tokens.authenticate(token.token)
        if not token.token or (other is not None and other.name != before.name):
            raise RestError(400, "The token's value is empty, or another token has it.")


def _content(token: Token) -> dict[str, Any]:
    return {
        "token": token.token,
        "index": token.index,
        "indexes": list(token.indexes),
        "host": token.host,
        "source": token.source,
        "sourcetype": token.sourcetype,
        "disabled": token.disabled,
        "useACK": token.use_ack,
        "allowQueryStringAuth": token.allow_query_string_auth,
    }
