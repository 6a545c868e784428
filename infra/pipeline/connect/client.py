"""Kafka Connect's REST API, as far as one connector needs it (Kafka documentation, "Kafka Connect")."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from infra.errors import RefusedError, UnreachableError
from infra.pipeline import http

if TYPE_CHECKING:
    import httpx  # loaded by the first request: most runs of the program send none

RUNNING_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
REBALANCE_SECONDS: Final = 30.0
"""A worker that rebalances answers 409 and asks to be asked again."""


class ConnectClient:
    """One Connect cluster."""

    def __init__(
        self, url: str, ca_certificate: str | None = None, auth: tuple[str, str] | None = None
    ) -> None:
        self._url = http.public(url)
        self._http = http.client(url, ca_certificate, auth)

    def config(self, connector: str) -> dict[str, str] | None:
        """A connector's configuration as it was given; None when there is no such connector."""
        response = self._send("GET", f"/connectors/{quote(connector, safe='')}/config")
        return None if response.status_code == HTTPStatus.NOT_FOUND else self._body(response)

    def put(self, connector: str, config: Mapping[str, str]) -> None:
        """Make a connector, or give it another configuration."""
        self._body(self._send("PUT", f"/connectors/{quote(connector, safe='')}/config", dict(config)))

    def restart(self, connector: str) -> None:
        """Restart a connector and its tasks, which read the files that their configuration refers to."""
        path = f"/connectors/{quote(connector, safe='')}/restart?includeTasks=true"
        self._body(self._send("POST", path))

    def delete(self, connector: str) -> None:
        """Remove a connector; that it is gone already is success."""
        response = self._send("DELETE", f"/connectors/{quote(connector, safe='')}")
        if response.status_code != HTTPStatus.NOT_FOUND:
            self._body(response)

    def failure(self, connector: str) -> str | None:
        """None when connector and tasks are RUNNING; else what they say of themselves."""
        response = self._send("GET", f"/connectors/{quote(connector, safe='')}/status")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return "there is no such connector"
        status = self._body(response)
        tasks = status.get("tasks") or []
        parts = [("connector", status.get("connector", {}))] + [(f"task {t.get('id')}", t) for t in tasks]
        sick = [
            f"{name} is {part.get('state')}: {_first_lines(part.get('trace', ''))}"
            for name, part in parts
            if part.get("state") != "RUNNING"
        ]
        if not tasks and not sick:
            return "it has no task yet"
        return "; ".join(sick) or None

    def await_running(self, connector: str) -> None:
        """Wait until a connector and its tasks are RUNNING.

        Raises:
            RefusedError: a task FAILED, with its trace's first lines.
            UnreachableError: it is not RUNNING in time.
        """
        deadline = time.monotonic() + RUNNING_SECONDS
        while (failure := self.failure(connector)) is not None:
            if "is FAILED" in failure:
                raise RefusedError(
                    f"the connector {connector} at {self._url} does not run: {failure}",
                    "Mend the cause and run pulumi up again.",
                )
            if time.monotonic() > deadline:
                raise UnreachableError(
                    f"the connector {connector} at {self._url} is not RUNNING after "
                    f"{RUNNING_SECONDS:.0f} s: {failure}",
                    "Read Connect's log.",
                )
            time.sleep(POLL_SECONDS)

    def _send(self, method: str, path: str, body: Mapping[str, str] | None = None) -> "httpx.Response":
        deadline = time.monotonic() + REBALANCE_SECONDS
        while True:
            with http.answering("Kafka Connect", self._url):
                response = self._http.request(method, path, json=body)
            if response.status_code != HTTPStatus.CONFLICT or time.monotonic() > deadline:
                return response
            time.sleep(POLL_SECONDS)

    def _body(self, response: "httpx.Response") -> dict[str, Any]:
        if response.is_error:
            said = http.json_object(response).get("message") or response.text
            raise RefusedError(f"Kafka Connect at {self._url} answered HTTP {response.status_code}: {said}")
        return http.json_object(response)


def _first_lines(trace: str) -> str:
    return " ".join(trace.splitlines()[:2])[:500]
