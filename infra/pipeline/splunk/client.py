"""Splunk's management API, as far as index and token need it (Splunk, "REST API Reference Manual")."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from infra.errors import RefusedError
from infra.pipeline import http
from infra.provider import Inputs

if TYPE_CHECKING:
    import httpx  # loaded by the first request: most runs of the program send none

INDEXES: Final = "/services/data/indexes"
HEC_TOKENS: Final = "/servicesNS/nobody/splunk_httpinput/data/inputs/http"


class SplunkAccess(Inputs):
    """Where Splunk's management API is, and who asks. `ca_certificate` is a PEM.

    `instance` names the server's data: on another instance nothing of the former is left.
    """

    url: str
    user: str
    password: str
    ca_certificate: str
    instance: str

    def client(self) -> "SplunkClient":
        """A client of the API."""
        return SplunkClient(self)


class SplunkClient:
    """One Splunk server's management API."""

    def __init__(self, access: SplunkAccess) -> None:
        self._url = http.public(access.url)
        self._http = http.client(access.url, access.ca_certificate, (access.user, access.password))

    def get(self, collection: str, name: str) -> dict[str, Any] | None:
        """The content of an entry; None when there is none."""
        response = self._send("GET", f"{collection}/{quote(name, safe='')}")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return self._content(response, name)

    def create(self, collection: str, name: str, settings: Mapping[str, str]) -> dict[str, Any]:
        """Make an entry; returns its content."""
        return self._content(self._send("POST", collection, {"name": name, **settings}), name)

    def update(self, collection: str, name: str, settings: Mapping[str, str]) -> dict[str, Any]:
        """Change an entry's settings; returns its content."""
        response = self._send("POST", f"{collection}/{quote(name, safe='')}", settings)
        return self._content(response, name)

    def delete(self, collection: str, name: str) -> None:
        """Remove an entry; that it is gone already is success."""
        response = self._send("DELETE", f"{collection}/{quote(name, safe='')}")
        if response.status_code != HTTPStatus.NOT_FOUND:
            self._content(response, name)

    def _send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> "httpx.Response":
        with http.answering("Splunk's management API", self._url):
            response = self._http.request(
                method, path, params={"output_mode": "json"}, data=dict(form) if form else None
            )
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise RefusedError(
                f"Splunk at {self._url} refused the user (HTTP {response.status_code})",
                "Configure a user who may edit indexes and HTTP inputs (the roles' capabilities "
                "indexes_edit and edit_token_http).",
            )
        return response

    def _content(self, response: "httpx.Response", name: str) -> dict[str, Any]:
        body = http.json_object(response)
        if response.is_error:
            said = "; ".join(str(message.get("text")) for message in body.get("messages", ()))
            raise RefusedError(
                f"Splunk at {self._url} refused {name} (HTTP {response.status_code}): {said or response.text}"
            )
        entries = body.get("entry") or [{}]
        content = entries[0].get("content", {})
        return content if isinstance(content, dict) else {}
