"""`data/indexes`: create, read, update and delete an index."""

import asyncio
import re
import sqlite3
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from embedded.splunk.indexes import DEFAULT_FROZEN_SECONDS, DEFAULT_MAX_MB, MAIN, MIB, Index, Indexes
from embedded.splunk.management.atom import RestError, entries, form, only, whole_number

LIMITS: Final = frozenset({"maxTotalDataSizeMB", "frozenTimePeriodInSecs"})
LISTING: Final = frozenset({"count", "offset", "datatype"})
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""indexes.conf: lower case, digits, underscores and hyphens; the first is a letter or digit."""


class IndexCalls:
    """The handlers for indexes."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes

    async def list(self, request: Request) -> Response:
        """Every index."""
        only(await form(request), LISTING)
        found = self._indexes.all()
        return entries(
            request, {index.name: await asyncio.to_thread(self._content, index) for index in found}
        )

    async def create(self, request: Request) -> Response:
        """Add an index."""
        arguments = await form(request)
        only(arguments, LIMITS | {"name", "datatype"})
        name = arguments.get("name", "")
        if not _NAME.fullmatch(name) or "kvstore" in name:
            raise RestError(
                400, f"Index name '{name}' is invalid: lower-case letters, digits, '_' and '-' only."
            )
        if arguments.get("datatype", "event") != "event":
            raise RestError(400, "Only indexes of datatype 'event' are supported here.")
        if self._indexes.get(name):
            raise RestError(409, f"Index name={name} already exists")
        max_mb, frozen_seconds = _limits(arguments, DEFAULT_MAX_MB, DEFAULT_FROZEN_SECONDS)
        try:
            await asyncio.to_thread(self._indexes.create, name, max_mb=max_mb, frozen_seconds=frozen_seconds)
        except sqlite3.IntegrityError:
            raise RestError(409, f"Index name={name} already exists") from None
        return await self._one(request, name, 201)

    async def read(self, request: Request) -> Response:
        """One index."""
        only(await form(request), frozenset())
        return await self._one(request, self._named(request).name)

    async def update(self, request: Request) -> Response:
        """Change an index's limits."""
        arguments = await form(request)
        only(arguments, LIMITS)
        index = self._named(request)
        max_mb, frozen_seconds = _limits(arguments, index.max_mb, index.frozen_seconds)
        await asyncio.to_thread(
            self._indexes.update, index.name, max_mb=max_mb, frozen_seconds=frozen_seconds
        )
        return await self._one(request, index.name)

    async def delete(self, request: Request) -> Response:
        """Remove an index and its events."""
        only(await form(request), frozenset())
        index = self._named(request)
        if index.name == MAIN:
            raise RestError(400, "The index 'main' is built in and cannot be deleted.")
        await asyncio.to_thread(self._indexes.delete, index.name)
        return entries(request, {})

    def _named(self, request: Request) -> Index:
        name = request.path_params["name"]
        index = self._indexes.get(name)
        if index is None:
            raise RestError(404, f"Could not find object id={name}")
        return index

    async def _one(self, request: Request, name: str, status: int = 200) -> Response:
        index = self._indexes.get(name)
        if index is None:
            raise RestError(404, f"Could not find object id={name}")
        return entries(request, {name: await asyncio.to_thread(self._content, index)}, status)

    def _content(self, index: Index) -> dict[str, Any]:
        events, size = self._indexes.usage(index)
        return {
            "datatype": "event",
            "disabled": False,
            "maxTotalDataSizeMB": index.max_mb,
            "frozenTimePeriodInSecs": index.frozen_seconds,
            "totalEventCount": events,
            "currentDBSizeMB": -(-size // MIB),
        }


def _limits(arguments: dict[str, str], max_mb: int, frozen_seconds: int) -> tuple[int, int]:
    if "maxTotalDataSizeMB" in arguments:
        max_mb = whole_number("maxTotalDataSizeMB", arguments["maxTotalDataSizeMB"], at_least=1)
    if "frozenTimePeriodInSecs" in arguments:
        frozen_seconds = whole_number(
            "frozenTimePeriodInSecs", arguments["frozenTimePeriodInSecs"], at_least=1
        )
    return max_mb, frozen_seconds
