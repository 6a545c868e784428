"""The console's pages and what they ask for."""

import asyncio
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console.pipeline import Pipeline
from console.security import SecurityHeaders
from console.state import State
from console.stream import Stream

STATIC: Final = Path(__file__).resolve().parent / "static"
NOT_FOUND: Final = 404


def application(state: State, stream: Stream, pipeline: Pipeline, hosts: tuple[str, ...]) -> Starlette:
    """The console as an ASGI application, for browsers that call it by one of `hosts`."""

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def health(_: Request) -> Response:
        return _json(stream.status())

    async def changes(request: Request) -> Response:
        last = request.headers.get("last-event-id") or request.query_params.get("last", "")
        return StreamingResponse(
            stream.events(stream.version(last)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def event(request: Request) -> Response:
        found = state.detail(request.query_params.get("key", ""))
        if found is None:
            return _json({"error": "this connection is held no more"}, NOT_FOUND)
        return _json(found)

    async def hops(_: Request) -> Response:
        return _json(await asyncio.to_thread(pipeline.look))

    async def dead_letters(_: Request) -> Response:
        return _json([letter.model_dump() for letter in state.letters()])

    async def coverage(_: Request) -> Response:
        return _json(state.conclusions.told())

    routes = [
        Route("/", page),
        Route("/health", health),
        Route("/api/changes", changes),
        Route("/api/event", event),
        Route("/api/pipeline", hops),
        Route("/api/dead-letters", dead_letters),
        Route("/api/coverage", coverage),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    middleware = [
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
    ]
    return Starlette(routes=routes, middleware=middleware)


def _json(told: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(told), status, {"Cache-Control": "no-store"}, media_type="application/json")
