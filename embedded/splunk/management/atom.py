"""How the management API answers: entries and messages, as Atom's JSON form (`output_mode=json`).

Splunk's REST API User Manual, "Using the REST API". XML, the default of the real one, is not spoken here.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

VERSION: Final = "9.4.0"
"""The release whose behaviour this stand-in follows."""
GENERATOR: Final = {"build": "embedded", "version": VERSION}


class RestError(Exception):
    """An answer that is an error: HTTP status, and one message of a type (WARN, ERROR, FATAL)."""

    def __init__(self, status: int, text: str, *, kind: str = "ERROR") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.kind = kind


def json_response(content: Any, status: int = 200) -> Response:
    """JSON on the wire."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def entries(request: Request, found: Mapping[str, Any], status: int = 200) -> Response:
    """A feed of named entries, each with its content."""
    base = request.url.path.rstrip("/")
    feed = [
        {
            "name": name,
            "id": str(request.url.replace(path=f"{base}/{name}", query="")),
            "links": {},
            "author": "admin",
            "acl": {"app": "search", "owner": "nobody", "sharing": "global"},
            "content": content,
        }
        for name, content in found.items()
    ]
    return json_response(
        {
            "links": {},
            "origin": str(request.url.replace(query="")),
            "generator": GENERATOR,
            "entry": feed,
            "paging": {"total": len(feed), "perPage": len(feed), "offset": 0},
            "messages": [],
        },
        status,
    )


async def failed(_: Request, error: Exception) -> Response:
    """The answer for a RestError."""
    if not isinstance(error, RestError):
        raise error
    return json_response({"messages": [{"type": error.kind, "text": error.text}]}, error.status)


async def form(request: Request) -> dict[str, str]:
    """The arguments of a request: those of the query string, then those of the form.

    Raises:
        RestError: the client did not ask for JSON.
    """
    arguments = dict(request.query_params)
    if request.method in {"POST", "PUT"}:
        try:
            body = (await request.body()).decode()
        except UnicodeDecodeError as error:
            raise RestError(400, f"The form is not UTF-8: {error}.") from error
        arguments.update(parse_qsl(body, keep_blank_values=True))
    if arguments.pop("output_mode", None) != "json":
        raise RestError(400, "Only output_mode=json is served here.")
    return arguments


def only(arguments: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Refuse arguments that the handler does not know, as Splunk does.

    Raises:
        RestError: there is one.
    """
    for name in arguments:
        if name not in allowed:
            raise RestError(400, f'Argument "{name}" is not supported by this handler.')


def boolean(name: str, text: str) -> bool:
    """A truth value as Splunk's configuration files write it.

    Raises:
        RestError: it is none.
    """
    known = {"1": True, "true": True, "t": True, "0": False, "false": False, "f": False}
    if text.lower() not in known:
        raise RestError(400, f"Argument '{name}' must be a boolean value, not '{text}'.")
    return known[text.lower()]


def whole_number(name: str, text: str, *, at_least: int) -> int:
    """A whole number with a lower bound.

    Raises:
        RestError: it is none, or too small.
    """
    if not text.isascii() or not text.isdigit() or int(text) < at_least:
        raise RestError(400, f"Argument '{name}' must be an integer of at least {at_least}, not '{text}'.")
    return int(text)
