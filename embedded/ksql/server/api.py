"""The routes of ksqlDB's HTTP API that the stand-in serves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.ksql.runtime.application import Application
from embedded.ksql.runtime.instance import Instance
from embedded.ksql.server import statements
from embedded.ksql.server.errors import NOT_FOUND, SERVER_ERROR, ApiError
from embedded.ksql.server.push import CloseRequest, PushQueries, QueryRequest
from embedded.ksql.server.statements import KsqlRequest
from embedded.ksql.settings import Settings

VERSION: Final = "8.0.0-embedded"
"""The ksqlDB whose API and language this follows, and that it is not that one itself."""

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class Api:
    """The endpoints, each a method that takes a request and answers it."""

    def __init__(self, settings: Settings, application: Application, instance: Instance) -> None:
        self._settings = settings
        self._application = application
        self._instance = instance
        self.push = PushQueries()
        self._cluster_id = instance.cluster.id()

    @property
    def _host(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    async def _in_instance(self, function: Callable[[Instance], T]) -> T:
        return await asyncio.wrap_future(self._application.call(function))

    async def info(self, _: Request) -> Response:
        """`GET /info`."""
        status = "RUNNING" if self._application.is_healthy else "ERROR"
        server = {
            "version": VERSION,
            "kafkaClusterId": self._cluster_id,
            "ksqlServiceId": self._settings.service_id,
            "serverStatus": status,
        }
        return _json({"KsqlServerInfo": server})

    async def health(self, _: Request) -> Response:
        """`GET /healthcheck`."""
        fit = self._application.is_healthy
        parts = {name: {"isHealthy": fit} for name in ("metastore", "kafka", "commandRunner")}
        return _json({"isHealthy": fit, "details": parts, "serverState": "READY" if fit else "ERROR"})

    async def status(self, request: Request) -> Response:
        """`GET /status/{commandId}`; every command that is known has succeeded before it was answered."""
        command_id = request.path_params["command_id"]
        known = await self._in_instance(lambda instance: instance.command(command_id))
        if known is None:
            raise ApiError(NOT_FOUND, "Command not found")
        return _json({"status": "SUCCESS", "message": known, "queryId": None})

    async def ksql(self, request: Request) -> Response:
        """`POST /ksql`."""
        asked: KsqlRequest = statements.parse(KsqlRequest, await request.body())
        answers = await self._in_instance(lambda instance: statements.execute(instance, asked, self._host))
        return _json(answers)

    async def query_stream(self, request: Request) -> Response:
        """`POST /query-stream`."""
        asked: QueryRequest = statements.parse(QueryRequest, await request.body())
        query_id = await self._in_instance(lambda instance: self.push.begin(instance, asked))
        return self.push.response(query_id, request.headers.get("accept", ""))

    async def close_query(self, request: Request) -> Response:
        """`POST /close-query`."""
        asked: CloseRequest = statements.parse(CloseRequest, await request.body())
        self.push.close(asked.query_id)
        return Response()

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/info", self.info, methods=["GET"]),
                Route("/healthcheck", self.health, methods=["GET"]),
                Route("/status/{command_id:path}", self.status, methods=["GET"]),
                Route("/ksql", self.ksql, methods=["POST"]),
                Route("/query-stream", self.query_stream, methods=["POST"]),
                Route("/close-query", self.close_query, methods=["POST"]),
            ],
            exception_handlers={ApiError: _refuse, HTTPException: _unknown, Exception: _failed},
        )


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


async def _refuse(_: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, ApiError) else ApiError(SERVER_ERROR, str(error))
    return _json(refusal.body(), refusal.status)


async def _unknown(_: Request, __: Exception) -> Response:
    """A path, or a method of a path, that ksqlDB does not serve: it does not tell the two apart."""
    return Response("Not Found", NOT_FOUND // 100, media_type="text/plain")


async def _failed(_: Request, error: Exception) -> Response:
    return _json(ApiError(SERVER_ERROR, f"{type(error).__name__}: {error}").body(), 500)
