"""`POST /query-stream`: a push query's rows, as they come; `POST /close-query` ends it.

ksqlDB serves the endpoint over HTTP/2 and HTTP/1.1; here it is HTTP/1.1 with chunked transfer alone.
"""

import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from embedded.ksql import overrides
from embedded.ksql.errors import KsqlError
from embedded.ksql.runtime.instance import Instance
from embedded.ksql.runtime.push import PushQuery
from embedded.ksql.server import properties
from embedded.ksql.server.errors import BAD_REQUEST, ApiError, refused
from embedded.ksql.server.statements import substitute

DELIMITED: Final = "application/vnd.ksqlapi.delimited.v1"
WAIT: Final = 0.2
"""Seconds that a push query waits for rows before it looks whether anybody still listens."""


class QueryRequest(BaseModel):
    """The body of `POST /query-stream`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sql: str
    properties: dict[str, Any] = {}
    variables: dict[str, Any] = Field(default={}, alias="sessionVariables")


class CloseRequest(BaseModel):
    """The body of `POST /close-query`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    query_id: str = Field(alias="queryId")


class PushQueries:
    """The push queries that run now, by the id that their clients know."""

    def __init__(self) -> None:
        self._running: dict[str, PushQuery] = {}

    def begin(self, instance: Instance, request: QueryRequest) -> str:
        """Begin a push query, in the instance's thread; return its id.

        Raises:
            ApiError: the statement or one of its properties is refused.
        """
        properties.check(request.properties, BAD_REQUEST)
        sql = substitute(request.sql, request.variables)
        try:
            query = instance.engine.transient(sql, request.properties)
        except KsqlError as error:
            raise refused(error, sql) from error
        reset = overrides.reset({**instance.engine.properties, **request.properties})
        query_id = str(uuid.uuid4())
        self._running[query_id] = PushQuery(instance.cluster, query, reset)
        return query_id

    def close(self, query_id: str) -> None:
        """End a push query.

        Raises:
            ApiError: there is none of that id.
        """
        if query_id not in self._running:
            raise ApiError(BAD_REQUEST, f"No query with id {query_id}")
        self._running.pop(query_id).end()

    def close_all(self) -> None:
        """End them all, because the server stops."""
        for query_id in list(self._running):
            self.close(query_id)

    def response(self, query_id: str, accept: str) -> StreamingResponse:
        """The rows: a header and an array a line, or all of it as one JSON array if that is wanted."""
        as_array = "application/json" in accept
        frames = _array(self._frames(query_id)) if as_array else _lines(self._frames(query_id))
        return StreamingResponse(frames, media_type="application/json" if as_array else DELIMITED)

    async def _frames(self, query_id: str) -> AsyncIterator[list[bytes]]:
        push = self._running[query_id]
        try:
            columns = push.query.columns
            header = {
                "queryId": query_id,
                "columnNames": [name for name, _ in columns],
                "columnTypes": [str(type_) for _, type_ in columns],
            }
            yield [orjson.dumps(header)]
            while not push.is_done:
                rows = await to_thread.run_sync(push.take, WAIT)
                if rows:
                    yield rows
        finally:
            self._running.pop(query_id, None)
            push.close()


async def _lines(frames: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    async for rows in frames:
        yield b"".join(row + b"\n" for row in rows)


async def _array(frames: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    opening = b"["
    async for rows in frames:
        yield opening + b",".join(rows)
        opening = b","
    yield b"]"
