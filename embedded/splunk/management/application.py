"""The management port: its paths and who answers them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.splunk.indexes import Indexes
from embedded.splunk.management.atom import VERSION, RestError, entries, failed, form, json_response
from embedded.splunk.management.authentication import Authentication
from embedded.splunk.management.index_calls import IndexCalls
from embedded.splunk.management.jobs import Jobs
from embedded.splunk.management.search_calls import SearchCalls
from embedded.splunk.management.token_calls import TokenCalls
from embedded.splunk.store import Store
from embedded.splunk.tokens import Tokens

Handler = Callable[[Request], Awaitable[Response]]
PREFIXES = ("/services", "/servicesNS/{owner}/{app}")
"""Every call is there with and without an owner and app, which change nothing here."""


@dataclass(frozen=True)
class Management:
    """The management API over one store."""

    store: Store
    indexes: Indexes
    tokens: Tokens
    authentication: Authentication
    jobs: Jobs

    def application(self) -> Starlette:
        """The ASGI application for the management port."""
        indexes, tokens = IndexCalls(self.indexes), TokenCalls(self.tokens, self.indexes)
        searches = SearchCalls(self.jobs)
        http = "/data/inputs/http"
        calls: list[tuple[str, str, Handler]] = [
            ("GET", "/server/info", self._information),
            ("GET", "/data/indexes", indexes.list),
            ("POST", "/data/indexes", indexes.create),
            ("GET", "/data/indexes/{name}", indexes.read),
            ("POST", "/data/indexes/{name}", indexes.update),
            ("DELETE", "/data/indexes/{name}", indexes.delete),
            ("GET", http, tokens.list),
            ("POST", http, tokens.create),
            ("POST", http + "/{name:path}/enable", tokens.enable),
            ("POST", http + "/{name:path}/disable", tokens.disable),
            ("GET", http + "/{name:path}", tokens.read),
            ("POST", http + "/{name:path}", tokens.update),
            ("DELETE", http + "/{name:path}", tokens.delete),
            *self._searches(searches, "/search/jobs"),
            *self._searches(searches, "/search/v2/jobs"),
        ]
        routes = [
            Route(prefix + path, self._protected(handler), methods=[method])
            for prefix in PREFIXES
            for method, path, handler in calls
        ]
        routes.append(Route("/services/auth/login", self.authentication.login, methods=["POST"]))
        return Starlette(routes=routes, exception_handlers={RestError: failed, 404: _not_found})

    def _searches(self, searches: SearchCalls, base: str) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", base, searches.list),
            ("POST", base, searches.create),
            ("GET", base + "/export", searches.export),
            ("POST", base + "/export", searches.export),
            ("GET", base + "/{sid}", searches.read),
            ("DELETE", base + "/{sid}", searches.delete),
            ("GET", base + "/{sid}/results", searches.results),
        ]

    def _protected(self, handler: Handler) -> Handler:
        async def protected(request: Request) -> Response:
            self.authentication.check(request)
            return await handler(request)

        return protected

    async def _information(self, request: Request) -> Response:
        await form(request)
        health = "green" if self.store.has_room else "red"
        content = {
            "version": VERSION,
            "serverName": "embedded",
            "product_type": "enterprise",
            "health_info": health,
        }
        return entries(request, {"server-info": content})


async def _not_found(_: Request, __: Exception) -> Response:
    return json_response({"messages": [{"type": "ERROR", "text": "Not Found"}]}, 404)
