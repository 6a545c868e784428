"""How the REST API reads requests and answers, errors among them."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from embedded.connect.errors import TaskError


class RestError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def configuration(given: Any) -> dict[str, str]:
    """A connector's configuration as text values.

    Raises:
        RestError: it is no JSON object of plain values.
    """
    if not isinstance(given, dict) or not all(
        isinstance(value, str | int | float | bool) for value in given.values()
    ):
        raise RestError(400, "A configuration must be a JSON object with text values.")
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in given.items()
    }


async def body(request: Request) -> Any:
    """The JSON of a request.

    Raises:
        RestError: it is not JSON.
    """
    try:
        return orjson.loads(await request.body())
    except ValueError as error:
        raise RestError(400, f"The request's body is not JSON: {error}") from error


def json_response(content: Any, status: int = 200, *, location: str = "") -> Response:
    """JSON on the wire."""
    headers = {"Location": location} if location else None
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


def _error(status: int, message: str) -> Response:
    return json_response({"error_code": status, "message": message}, status)


async def _failed(_: Request, error: Exception) -> Response:
    return _error(error.status, error.message) if isinstance(error, RestError) else _error(500, str(error))


async def _failed_within(_: Request, error: Exception) -> Response:
    return _error(500, str(error))


async def _not_found(_: Request, __: Exception) -> Response:
    return _error(404, "HTTP 404 Not Found")


async def _not_allowed(_: Request, __: Exception) -> Response:
    return _error(405, "HTTP 405 Method Not Allowed")


HANDLERS: Final[Mapping[Any, ExceptionHandler]] = {
    RestError: _failed,
    TaskError: _failed_within,
    404: _not_found,
    405: _not_allowed,
}
"""What Starlette does with errors."""
