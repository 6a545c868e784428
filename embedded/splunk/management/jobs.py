"""Searches that were started and whose results are kept for a while."""

import itertools
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from embedded.splunk.indexes import Indexes
from embedded.splunk.search.engine import Search
from embedded.splunk.search.rows import Row
from embedded.splunk.store import Store

MAX_RESULTS: Final = 50_000
"""limits.conf: `[searchresults] maxresultrows`; results beyond it are not kept, and the job says so."""
MAX_JOBS: Final = 16
"""Finished jobs that are kept: the oldest goes when one more finishes."""


@dataclass
class Job:
    """One search: RUNNING until its rows are there, then DONE or FAILED with the reason."""

    sid: str
    text: str
    search: Search
    state: str = "RUNNING"
    message: str = ""
    rows: list[Row] = field(default_factory=list)
    truncated: bool = False
    finished: float = 0


class Jobs:
    """The jobs, by search id. `ttl_seconds` is how long results stay after the search is done."""

    def __init__(self, store: Store, indexes: Indexes, *, ttl_seconds: int) -> None:
        self._store = store
        self._indexes = indexes
        self._ttl = ttl_seconds
        self._jobs: dict[str, Job] = {}

    def rows(self, search: Search) -> Iterator[Row]:
        """The rows of a search that is not kept."""
        return search.run(self._store, self._indexes)

    def add(self, text: str, search: Search) -> Job:
        """Register a job; `run` does its work."""
        self._forget()
        job = Job(f"{time.time():.0f}.{uuid.uuid4().hex[:8]}", text, search)
        self._jobs[job.sid] = job
        return job

    def run(self, job: Job) -> None:
        """Do the work of a job, in the thread that calls."""
        try:
            rows = list(itertools.islice(self.rows(job.search), MAX_RESULTS + 1))
        except Exception as error:
            job.message, job.state = str(error), "FAILED"
            raise
        else:
            job.truncated = len(rows) > MAX_RESULTS
            job.rows, job.state = rows[:MAX_RESULTS], "DONE"
        finally:
            job.finished = time.monotonic()

    def get(self, sid: str) -> Job | None:
        """The job of that id, None when there is none (any more)."""
        self._forget()
        return self._jobs.get(sid)

    def all(self) -> list[Job]:
        """Every job."""
        self._forget()
        return list(self._jobs.values())

    def delete(self, sid: str) -> None:
        """Forget a job and its results."""
        self._jobs.pop(sid, None)

    def _forget(self) -> None:
        now = time.monotonic()
        done = [job for job in self._jobs.values() if job.finished]
        surplus = len(done) - MAX_JOBS
        for position, job in enumerate(done):
            if now - job.finished > self._ttl or position < surplus:
                del self._jobs[job.sid]
