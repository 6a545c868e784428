"""ksqlDB's REST API, as far as applying statements needs it (ksqlDB reference, "ksqlDB REST API")."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from infra.errors import RefusedError, UnreachableError
from infra.pipeline import http

COMMAND_SECONDS: Final = 120.0
"""How long a server may take to carry out one statement: a busy cluster makes topics slowly."""
POLL_SECONDS: Final = 0.1
UNFINISHED: Final = {"QUEUED", "PARSING", "EXECUTING", "RUNNING"}
FAILED: Final = {"ERROR", "PENDING_ERROR", "NOT_RUNNING"}
MEDIA_TYPE: Final = "application/vnd.ksql.v1+json"


@dataclass(frozen=True)
class Query:
    """A persistent query, its state as Kafka Streams names it, and the streams or tables it writes to.

    `error` is what the embedded server says of it here; the real one says it to EXPLAIN alone.
    """

    id: str
    state: str
    sinks: frozenset[str]
    error: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it has not failed; one that is paused, or whose host does not answer now, has not."""
        return self.state not in FAILED


class NotReadyError(UnreachableError):
    """A server that is up and carries nothing out yet, because it starts or has no Kafka (HTTP 503)."""


class KsqlClient:
    """One ksqlDB server. `ca_certificate` is a PEM; `auth` is user and password, or API key and secret."""

    def __init__(
        self, url: str, ca_certificate: str | None = None, auth: tuple[str, str] | None = None
    ) -> None:
        self.url = http.public(url)
        self._http = http.client(url, ca_certificate, auth)

    def is_healthy(self) -> bool:
        """Whether the server says that it is healthy."""
        with http.answering("ksqlDB", self.url):
            response = self._http.get("/healthcheck")
        return response.status_code == HTTPStatus.OK and http.json_object(response).get("isHealthy") is True

    def version(self) -> str:
        """The server's version."""
        with http.answering("ksqlDB", self.url):
            response = self._http.get("/info")
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise RefusedError(
                f"ksqlDB at {self.url} refused the user and password (HTTP {response.status_code})",
                "Configure those of a user that may make streams.",
            )
        return str(http.json_object(response).get("KsqlServerInfo", {}).get("version", "unknown"))

    def execute(self, text: str, properties: Mapping[str, str]) -> str | None:
        """Carry out one statement and wait until it is; returns the id of the query that it started, if any.

        Raises:
            RefusedError: ksqlDB's own message, for instance a syntax error.
            UnreachableError: no answer, or the statement is not carried out in time.
        """
        deadline = time.monotonic() + COMMAND_SECONDS
        for entity in self._once_ready(text, properties, deadline):
            if "commandStatus" not in entity:
                continue
            status = entity["commandStatus"]
            while status["status"] in UNFINISHED:
                if time.monotonic() > deadline:
                    raise UnreachableError(
                        f"ksqlDB at {self.url} has not finished after {COMMAND_SECONDS:.0f} s "
                        f"(status {status['status']}): {text[:60]}",
                        "Read the server's log; its command topic may be unreachable.",
                    )
                time.sleep(POLL_SECONDS)
                status = self._status(entity["commandId"])
            if status["status"] not in {"SUCCESS", "TERMINATED"}:
                raise RefusedError(status["message"])
            return status.get("queryId") or None
        return None

    def sources(self) -> dict[str, str]:
        """The names of streams and tables, each with STREAM or TABLE."""
        streams = self._list("SHOW STREAMS;", "streams")
        tables = self._list("SHOW TABLES;", "tables")
        return {s["name"]: "STREAM" for s in streams} | {t["name"]: "TABLE" for t in tables}

    def types(self) -> set[str]:
        """The names of custom types."""
        return {name for entity in self._request("SHOW TYPES;", {}) for name in entity.get("types", {})}

    def queries(self) -> list[Query]:
        """The persistent queries."""
        return [
            Query(
                found["id"], found.get("state") or "RUNNING", frozenset(found.get("sinks", ())), _error(found)
            )
            for found in self._list("SHOW QUERIES;", "queries")
            if found.get("queryType", "PERSISTENT") == "PERSISTENT"
        ]

    def error(self, query_id: str) -> str:
        """Why a query does not run, as EXPLAIN tells; empty where the server does not know."""
        described = next(iter(self._request(f"EXPLAIN {query_id};", {})), {}).get("queryDescription", {})
        return _error(described)

    def terminate(self, query_id: str) -> None:
        """Stop a persistent query for good."""
        self.execute(f"TERMINATE {query_id};", {})

    def drop(self, kind: str, name: str, *, delete_topic: bool) -> None:
        """Drop a stream, table or type; its topic stays unless `delete_topic`."""
        quoted = "`" + name.replace("`", "``") + "`"
        topic = " DELETE TOPIC" if delete_topic and kind != "TYPE" else ""
        self.execute(f"DROP {kind} IF EXISTS {quoted}{topic};", {})

    def _list(self, text: str, field: str) -> list[dict[str, Any]]:
        return [item for entity in self._request(text, {}) for item in entity.get(field, ())]

    def _once_ready(self, text: str, properties: Mapping[str, str], deadline: float) -> list[dict[str, Any]]:
        while True:
            try:
                return self._request(text, properties)
            except NotReadyError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(POLL_SECONDS)

    def _request(self, text: str, properties: Mapping[str, str]) -> list[dict[str, Any]]:
        with http.answering("ksqlDB", self.url):
            response = self._http.post(
                "/ksql",
                json={"ksql": text, "streamsProperties": dict(properties)},
                headers={"Accept": MEDIA_TYPE},
            )
        if response.status_code != HTTPStatus.OK:
            message = http.json_object(response).get("message") or response.text or "no message"
            if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise NotReadyError(
                    f"ksqlDB at {self.url} is not ready: {message}",
                    "It starts, or waits for Kafka: ./lab status tells whether that runs.",
                )
            raise RefusedError(f"ksqlDB answered HTTP {response.status_code}: {message}")
        entities = response.json()
        return entities if isinstance(entities, list) else [entities]

    def _status(self, command_id: str) -> dict[str, Any]:
        path = "/status/" + quote(command_id, safe="/")
        with http.answering("ksqlDB", self.url):
            response = self._http.get(path)
        if response.status_code != HTTPStatus.OK:
            raise RefusedError(f"ksqlDB lost the command {command_id} (HTTP {response.status_code})")
        return http.json_object(response)


def _error(described: Mapping[str, Any]) -> str:
    """The last of a query's errors; empty where there is none."""
    return next((str(found.get("errorMessage")) for found in (described.get("queryErrors") or [])[-1:]), "")
