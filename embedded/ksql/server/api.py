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

KSQL_V1: Final = "application/vnd.ksql.v1+json"
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

    async def info(self, request: Request) -> Response:
        """`GET /info`."""
        status = "RUNNING" if self._application.is_healthy else "ERROR"
        server = {
            "version": VERSION,
            "kafkaClusterId": self._cluster_id,
            "ksqlServiceId": self._settings.service_id,
            "serverStatus": status,
        }
        return _json(request, {"KsqlServerInfo": server})

    async def health(self, request: Request) -> Response:
        """`GET /healthcheck`."""
        fit = self._application.is_healthy
        parts = {name: {"isHealthy": fit} for name in ("metastore", "kafka", "commandRunner")}
        return _json(
            request, {"isHealthy": fit, "details": parts, "serverState": "READY" if fit else "ERROR"}
        )

    async def cluster_status(self, request: Request) -> Response:
        """`GET /clusterStatus`: this instance alone; others are not asked."""
        status = {
            "hostAlive": self._application.is_healthy,
            "lastStatusUpdateMs": 0,
            "activeStandbyPerQuery": {},
            "hostStoreLags": {"stateStoreLags": {}, "updateTimeMs": 0},
        }
        return _json(request, {"clusterStatus": {self._host: status}})

    async def status(self, request: Request) -> Response:
        """`GET /status/{commandId}`; every command that is known has succeeded before it was answered."""
        command_id = request.path_params["command_id"]
        known = await self._in_instance(lambda instance: instance.command(command_id))
        if known is None:
            raise ApiError(NOT_FOUND, f"Command not found: {command_id}")
        return _json(request, {"status": "SUCCESS", "message": known, "queryId": None})

    async def ksql(self, request: Request) -> Response:
        """`POST /ksql`."""
        asked: KsqlRequest = statements.parse(KsqlRequest, await request.body())
        answers = await self._in_instance(lambda instance: statements.execute(instance, asked, self._host))
        return _json(request, answers)

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
                Route("/clusterStatus", self.cluster_status, methods=["GET"]),
                Route("/status/{command_id:path}", self.status, methods=["GET"]),
                Route("/ksql", self.ksql, methods=["POST"]),
                Route("/query-stream", self.query_stream, methods=["POST"]),
                Route("/close-query", self.close_query, methods=["POST"]),
            ],
            exception_handlers={ApiError: _refuse, HTTPException: _unknown, Exception: _failed},
        )


def _json(request: Request, body: Any, status: int = 200) -> Response:
    accept = request.headers.get("accept", "")
    media_type = KSQL_V1 if KSQL_V1 in accept else "application/json"
    return Response(orjson.dumps(body), status, media_type=media_type)


async def _refuse(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, ApiError) else ApiError(SERVER_ERROR, str(error))
    return _json(request, refusal.body(), refusal.status)


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = f"{request.method} {request.url.path}: {getattr(error, 'detail', error)}"
    return _json(request, ApiError(status * 100, message).body(), status)


async def _failed(request: Request, error: Exception) -> Response:
    return _json(request, ApiError(SERVER_ERROR, f"{type(error).__name__}: {error}").body(), 500)
