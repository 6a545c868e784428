"""HTTP clients of the pipeline: verified TLS, bounded waiting, errors that say who did not answer."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from infra.errors import UnreachableError

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS: Final = 30.0
NOBODY_BEHIND: Final = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
"""A proxy's answer when the service behind it gives none (RFC 9110, 15.6.3 and 15.6.5)."""


def client(
    base_url: str, ca_certificate: str | None = None, auth: tuple[str, str] | None = None
) -> "httpx.Client":
    """Make a client that trusts the system's CAs or, where given, just the CA in this PEM."""
    import httpx  # noqa: PLC0415  # takes half a second, and most runs of the program send no request

    return httpx.Client(
        base_url=base_url,
        verify=ssl.create_default_context(cadata=ca_certificate),
        auth=auth,
        timeout=TIMEOUT_SECONDS,
        event_hooks={"response": [_from_the_service]},
    )


def _from_the_service(response: "httpx.Response") -> None:
    """Let a service that is down behind a proxy be down, as one is that nothing stands before."""
    import httpx  # noqa: PLC0415  # as above

    if response.status_code in NOBODY_BEHIND:
        raise httpx.ConnectError(
            f"the proxy there says HTTP {response.status_code}, {response.reason_phrase}",
            request=response.request,
        )


def public(url: str) -> str:
    """A URL without the user and password that it may carry: what may be shown and kept in the open."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@contextmanager
def answering(service: str, url: str) -> Iterator[None]:
    """Turn a failed connection into an error that names the service.

    Raises:
        UnreachableError: the service cannot be reached, its certificate is not the CA's, or it took too long.
    """
    import httpx  # noqa: PLC0415  # as above

    try:
        yield
    except httpx.TransportError as error:
        raise UnreachableError(
            f"{service} does not answer at {public(url)}: {str(error) or type(error).__name__}",
            "Look whether it runs (./lab status) and whether the address in the configuration is right.",
        ) from error


def json_object(response: "httpx.Response") -> dict[str, Any]:
    """The JSON object of a response; an empty one where the body is something else."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
