"""What state each persistent query is in, and why."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Status = Literal["RUNNING", "PAUSED", "ERROR"]
"""As ksqlDB's SHOW QUERIES has it."""


@dataclass(frozen=True, slots=True)
class QueryState:
    """A query's state.

    Args:
        status: whether it runs.
        error: the reason of an ERROR.
        since: when the status came, in ms since 1970.
        loss: what of its input was gone when this server recovered what the query holds; empty when nothing.
        lost: when that was, in ms since 1970.
    """

    status: Status = "RUNNING"
    error: str = ""
    since: int = 0
    loss: str = ""
    lost: int = 0


class QueryStates:
    """The states by query id. Written by the runtime's thread, read by the server's."""

    def __init__(self) -> None:
        self._states: dict[str, QueryState] = {}
        self._lock = threading.Lock()

    def __getitem__(self, query_id: str) -> QueryState:
        """The query's state; that of one that nothing is known of is RUNNING."""
        with self._lock:
            return self._states.get(query_id, QueryState())

    def set(self, query_id: str, status: Status, error: str = "") -> None:
        """A query's new state; what it has lost stays lost."""
        with self._lock:
            before = self._states.get(query_id, QueryState())
            self._states[query_id] = replace(before, status=status, error=error, since=_now())

    def note_loss(self, query_id: str, loss: str) -> bool:
        """Note what a query has lost, the first time; return whether it is that."""
        with self._lock:
            before = self._states.get(query_id, QueryState())
            if not before.loss:
                self._states[query_id] = replace(before, loss=loss, lost=_now())
            return not before.loss

    def forget(self, query_id: str) -> None:
        """A query that is no more."""
        with self._lock:
            self._states.pop(query_id, None)

    def all(self) -> Mapping[str, QueryState]:
        """The states of all queries that are not simply RUNNING since they were made."""
        with self._lock:
            return dict(self._states)


def _now() -> int:
    return int(time.time() * 1000)
