"""The properties that come with a request, looked at before its statements, as ksqlDB does."""

from collections.abc import Mapping
from typing import Any, Final

from embedded.ksql import overrides
from embedded.ksql.server.errors import BAD_REQUEST, ApiError

_FIXED: Final = "bootstrap.servers"
"""What a request may not override; SET may, for nothing."""


def check(properties: Mapping[str, Any], unknown: int, statement: str | None = None) -> None:
    """Refuse properties that ksqlDB refuses.

    Args:
        properties: the request's.
        unknown: the error code for a name that is nobody's; ksqlDB has another for each endpoint.
        statement: the request's statements, if the answer to such a name tells them.

    Raises:
        ApiError: one of them is not known, not to be set, or has a value that it cannot have.
    """
    for name, value in properties.items():
        if name == _FIXED or not overrides.is_fit(name, value):
            raise ApiError(BAD_REQUEST, f"Failed to coerce type of value '{value}' for key '{name}'")
    for name in properties:
        if overrides.is_denied(name):
            raise ApiError(BAD_REQUEST, overrides.DENIED)
    for name in properties:
        if not overrides.is_known(name):
            message = f"Not recognizable as ksql, streams, consumer, or producer property: '{name}'"
            raise ApiError(unknown, message, statement)
