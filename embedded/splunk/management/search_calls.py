"""`search/jobs` and `search/jobs/export`, also as v2: run a search and hand over its rows."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any, Final

import orjson
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from embedded.splunk.errors import SearchError
from embedded.splunk.management.atom import RestError, entries, form, json_response, only, whole_number
from embedded.splunk.management.jobs import Job, Jobs
from embedded.splunk.search import engine
from embedded.splunk.search.engine import Search
from embedded.splunk.search.rows import Row, displayed, names

DISPATCH: Final = frozenset(
    {"search", "exec_mode", "earliest_time", "latest_time", "count", "offset", "preview",
     "adhoc_search_level", "search_mode", "rf", "required_field_list", "timeout", "auto_cancel", "max_count"}
)  # fmt: skip
DEFAULT_COUNT: Final = 100
"""Rows that the real one returns when the client does not say how many."""


class SearchCalls:
    """The handlers for searches."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def create(self, request: Request) -> Response:
        """Start a search: `normal` answers at once, `blocking` when it is done, `oneshot` with the rows."""
        arguments = await form(request)
        only(arguments, DISPATCH)
        search = _understood(arguments)
        mode = arguments.get("exec_mode", "normal")
        if mode == "oneshot":
            page = _page(self._jobs.rows(search), arguments)
            rows = await asyncio.to_thread(list, page)
            return _results(search, rows, offset=int(arguments.get("offset", "0")))
        if mode not in {"normal", "blocking"}:
            raise RestError(400, f"Invalid exec_mode '{mode}'.")
        job = self._jobs.add(arguments["search"], search)
        running = asyncio.create_task(asyncio.to_thread(self._jobs.run, job))
        running.add_done_callback(lambda task: task.exception())
        if mode == "blocking":
            await asyncio.wait([running])
        return json_response({"sid": job.sid}, 201)

    async def export(self, request: Request) -> Response:
        """Stream every row, one JSON object a line."""
        arguments = await form(request)
        only(arguments, DISPATCH)
        rows = self._jobs.rows(_understood(arguments))
        return StreamingResponse(iterate_in_threadpool(_lines(rows)), media_type="application/json")

    async def list(self, request: Request) -> Response:
        """Every job."""
        only(await form(request), frozenset({"count", "offset"}))
        return entries(request, {job.text: _content(job) for job in self._jobs.all()})

    async def read(self, request: Request) -> Response:
        """The state of one job."""
        only(await form(request), frozenset())
        job = self._named(request)
        return entries(request, {job.text: _content(job)})

    async def results(self, request: Request) -> Response:
        """The rows of a job that is done; 204 while it runs, as the real one answers."""
        arguments = await form(request)
        only(arguments, frozenset({"count", "offset"}))
        job = self._named(request)
        if job.state == "FAILED":
            raise RestError(400, job.message, kind="FATAL")
        if job.state != "DONE":
            return Response(status_code=204)
        rows = list(_page(iter(job.rows), arguments))
        return _results(job.search, rows, offset=int(arguments.get("offset", "0")))

    async def delete(self, request: Request) -> Response:
        """Forget a job."""
        only(await form(request), frozenset())
        job = self._named(request)
        self._jobs.delete(job.sid)
        return json_response({"messages": [{"type": "INFO", "text": "Search job cancelled."}]})

    def _named(self, request: Request) -> Job:
        job = self._jobs.get(request.path_params["sid"])
        if job is None:
            raise RestError(404, "Unknown sid.", kind="FATAL")
        return job


def _understood(arguments: dict[str, str]) -> Search:
    if not arguments.get("search"):
        raise RestError(400, "Empty search.", kind="FATAL")
    if arguments.get("search_mode", "normal") != "normal":
        raise RestError(400, "Real-time searches are not supported here.", kind="FATAL")
    try:
        return engine.parse(
            arguments["search"],
            earliest=arguments.get("earliest_time", ""),
            latest=arguments.get("latest_time", ""),
        )
    except SearchError as error:
        raise RestError(400, error.what, kind="FATAL") from error


def _page(rows: Iterator[Row], arguments: dict[str, str]) -> Iterator[Row]:
    count = whole_number("count", arguments.get("count", str(DEFAULT_COUNT)), at_least=0)
    offset = whole_number("offset", arguments.get("offset", "0"), at_least=0)
    return itertools.islice(rows, offset, offset + count if count else None)


def _results(search: Search, rows: list[Row], *, offset: int) -> Response:
    columns = list(search.columns) or names(rows)
    return json_response(
        {
            "preview": False,
            "init_offset": offset,
            "messages": [],
            "fields": [{"name": name} for name in columns],
            "results": [displayed(row) for row in rows],
            "highlighted": {},
        }
    )


def _lines(rows: Iterator[Row]) -> Iterator[bytes]:
    """Each row is held back until it is known whether another follows, for the last one is marked."""
    held: dict[str, Any] | None = None
    for offset, row in enumerate(rows):
        if held is not None:
            yield orjson.dumps(held) + b"\n"
        held = {"preview": False, "offset": offset, "result": displayed(row)}
    if held is None:
        yield b'{"preview":false,"lastrow":true}\n'
    else:
        yield orjson.dumps({**held, "lastrow": True}) + b"\n"


def _content(job: Job) -> dict[str, Any]:
    done = job.state in {"DONE", "FAILED"}
    messages = [{"type": "FATAL", "text": job.message}] if job.message else []
    if job.truncated:
        messages.append({"type": "WARN", "text": "The results were cut off at the limit of maxresultrows."})
    return {
        "sid": job.sid,
        "dispatchState": job.state,
        "isDone": done,
        "isFailed": job.state == "FAILED",
        "doneProgress": 1 if done else 0,
        "resultCount": len(job.rows),
        "eventCount": 0 if job.search.transforming else len(job.rows),
        "resultIsStreaming": not job.search.transforming,
        "messages": messages,
    }
