"""HEC, the HTTP Event Collector: authentication, channels, bodies, answers only once events are durable."""

import asyncio
import base64
import binascii
import time
import uuid
import zlib
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.splunk import hec_payloads, hec_replies
from embedded.splunk.errors import IndexGoneError, StorageFullError
from embedded.splunk.events import Acknowledgements, storing
from embedded.splunk.hec_payloads import Defaults, Payload
from embedded.splunk.hec_replies import Reply
from embedded.splunk.indexes import Indexes
from embedded.splunk.store import Store
from embedded.splunk.tokens import Token, Tokens

CHANNEL_HEADER: Final = "x-splunk-request-channel"
GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
METADATA: Final = ("index", "host", "source", "sourcetype", "time")


class _RefusedError(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True)
class Collector:
    """The HEC endpoints over one store. `host` is the host of events that name none."""

    store: Store
    indexes: Indexes
    tokens: Tokens
    acknowledgements: Acknowledgements
    host: str
    max_content_bytes: int

    def application(self) -> Starlette:
        """The ASGI application for the HEC port."""
        events = ("/services/collector", "/services/collector/event", "/services/collector/event/1.0")
        raw = ("/services/collector/raw", "/services/collector/raw/1.0")
        health = ("/services/collector/health", "/services/collector/health/1.0")
        return Starlette(
            routes=[
                *(Route(path, self.event, methods=["POST"]) for path in events),
                *(Route(path, self.raw, methods=["POST"]) for path in raw),
                *(Route(path, self.health, methods=["GET"]) for path in health),
                Route("/services/collector/ack", self.ack, methods=["POST"]),
            ],
            exception_handlers={_RefusedError: _refused, 404: _not_found},
        )

    async def event(self, request: Request) -> Response:
        """Store events that come as JSON objects."""
        token = self._authenticate(request)
        channel = self._channel(request, token)
        defaults = Defaults(token, self.indexes, self.host, time.time())
        return await self._store(hec_payloads.from_objects(await self._body(request), defaults), channel)

    async def raw(self, request: Request) -> Response:
        """Store lines of text, with the metadata of the query string."""
        token = self._authenticate(request)
        channel = self._channel(request, token)
        defaults = Defaults(token, self.indexes, self.host, time.time())
        metadata = {key: value for key in METADATA if (value := request.query_params.get(key))}
        return await self._store(
            hec_payloads.from_lines(await self._body(request), metadata, defaults), channel
        )

    async def ack(self, request: Request) -> Response:
        """Say which ackIds of the channel are durable."""
        token = self._authenticate(request)
        if not token.use_ack:
            raise _RefusedError(hec_replies.ACK_DISABLED)
        channel = self._channel(request, token)
        if channel is None:
            raise _RefusedError(hec_replies.CHANNEL_MISSING)
        try:
            ack_ids = orjson.loads(await self._body(request))["acks"]
        except (ValueError, KeyError, TypeError):
            raise _RefusedError(hec_replies.INVALID_DATA_FORMAT) from None
        if not isinstance(ack_ids, list) or not all(type(ack_id) is int for ack_id in ack_ids):
            raise _RefusedError(hec_replies.INVALID_DATA_FORMAT)
        answer = self.acknowledgements.query(channel, ack_ids)
        return JSONResponse({"acks": {str(ack_id): durable for ack_id, durable in answer.items()}})

    async def health(self, _: Request) -> Response:
        """Say whether events are taken."""
        return (hec_replies.HEALTHY if self.store.has_room else hec_replies.UNHEALTHY).response()

    def _authenticate(self, request: Request) -> Token:
        secret = _secret(request.headers.get("authorization"))
        in_query = secret is None
        secret = secret if secret is not None else request.query_params.get("token")
        if not secret:
            raise _RefusedError(hec_replies.TOKEN_REQUIRED)
        token = self.tokens.authenticate(secret)
        if token is None:
            raise _RefusedError(hec_replies.INVALID_TOKEN)
        if token.disabled:
            raise _RefusedError(hec_replies.TOKEN_DISABLED)
        if in_query and not token.allow_query_string_auth:
            raise _RefusedError(hec_replies.QUERY_STRING_AUTH_DISABLED)
        return token

    def _channel(self, request: Request, token: Token) -> tuple[str, str] | None:
        if not token.use_ack:
            return None
        name = request.headers.get(CHANNEL_HEADER) or request.query_params.get("channel")
        if not name:
            raise _RefusedError(hec_replies.CHANNEL_MISSING)
        try:
            uuid.UUID(name)
        except ValueError:
            raise _RefusedError(hec_replies.INVALID_CHANNEL) from None
        return (token.name, name.lower())

    async def _body(self, request: Request) -> bytes:
        zipped = request.headers.get("content-encoding", "").lower() == "gzip"
        unzip = zlib.decompressobj(GZIP_WINDOW)
        parts: list[bytes] = []
        size = 0
        async for chunk in request.stream():
            try:
                part = unzip.decompress(chunk, self.max_content_bytes - size + 1) if zipped else chunk
            except zlib.error:
                raise _RefusedError(hec_replies.INVALID_DATA_FORMAT) from None
            size += len(part)
            if size > self.max_content_bytes:
                raise _RefusedError(hec_replies.TOO_LARGE)
            parts.append(part)
        if zipped and not unzip.eof:
            raise _RefusedError(hec_replies.INVALID_DATA_FORMAT)
        return b"".join(parts)

    async def _store(self, payload: Payload, channel: tuple[str, str] | None) -> Response:
        ack_id = None
        if payload.events:
            if not self.store.has_room:
                return hec_replies.SERVER_BUSY.response()
            # A faulty request gets no ackId: its client is told what to send again, not what to wait for.
            change = storing(payload.events, None if payload.fault else channel)
            try:
                ack_id = await asyncio.wrap_future(self.store.write(change))
            except StorageFullError:
                return hec_replies.SERVER_BUSY.response()
            except IndexGoneError:
                return hec_replies.INCORRECT_INDEX.response()
        if payload.fault:
            return payload.fault.response(event_number=payload.event_number)
        return hec_replies.SUCCESS.response(ack_id=ack_id)


def _secret(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    scheme, _, value = authorization.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "splunk" and value:
        return value
    if scheme.lower() == "basic" and value:
        # As in `curl -u "x:TOKEN"`: any user, the token as the password.
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise _RefusedError(hec_replies.INVALID_AUTHORIZATION) from None
    raise _RefusedError(hec_replies.INVALID_AUTHORIZATION)


async def _refused(_: Request, error: Exception) -> Response:
    reply = error.reply if isinstance(error, _RefusedError) else hec_replies.INTERNAL_ERROR
    return reply.response()


async def _not_found(_: Request, __: Exception) -> Response:
    return JSONResponse({"text": "The requested URL was not found on this server.", "code": 404}, 404)
