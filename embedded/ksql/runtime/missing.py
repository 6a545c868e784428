"""Topics that queries need and that are not there: those queries stop, and go on when the topics are back."""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Final

from embedded.ksql.query import Query
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.states import QueryStates

log = logging.getLogger(__name__)

CERTAIN: Final = 2.0
"""Seconds for which a topic must be absent: a broker that comes back knows its topics a little later."""


def needed(query: Query) -> frozenset[str]:
    """The topics without which a query cannot run: what it reads, and what it writes.

    Its internal topics are none of them: the instance makes those itself.
    """
    sink = [query.sink.topic] if query.sink else []
    return frozenset((*query.source_topics, *sink))


class MissingTopics:
    """Which topics are missing; a query that needs one of them is in ERROR until it is back.

    ksqlDB does so too: such a query is in ERROR, and it is started again from time to time.

    Args:
        cluster: the cluster's topics.
        states: the queries' states.
    """

    def __init__(self, cluster: Cluster, states: QueryStates) -> None:
        self._cluster = cluster
        self._states = states
        self._without: dict[str, frozenset[str]] = {}
        self.topics: frozenset[str] = frozenset()

    def note(self, queries: Mapping[str, Query]) -> None:
        """Look for the topics of all queries, and set the states of those that lack one or have it back."""
        wanted = {query_id: needed(query) for query_id, query in queries.items()}
        self.topics = self._absent(frozenset().union(*wanted.values()))
        before, self._without = self._without, {}
        for query_id, topics in wanted.items():
            state = self._states[query_id]
            if gone := topics & self.topics:
                if state.status == "RUNNING":
                    reason = f"{_named(gone)} not there: the query goes on when it is made again"
                    log.error("query %s stops: %s", query_id, reason)
                    self._states.set(query_id, "ERROR", reason)
                self._without[query_id] = gone
            elif query_id in before and state.status == "ERROR":
                log.info("query %s goes on: %s there again", query_id, _named(before[query_id]))
                self._states.set(query_id, "RUNNING")

    def _absent(self, topics: Iterable[str]) -> frozenset[str]:
        """Those of the topics that do not exist, looked for again and again if that is new."""
        deadline = time.monotonic() + CERTAIN
        while True:
            self._cluster.refresh()
            absent = frozenset(topic for topic in topics if self._cluster.partitions(topic) is None)
            if absent <= self.topics or time.monotonic() > deadline:
                return absent
            time.sleep(0.05)

    def are_more(self, queries: Mapping[str, Query]) -> bool:
        """Whether a topic that a running query needs seems not to be there."""
        self._cluster.refresh()
        return any(
            self._cluster.partitions(topic) is None
            for query_id, query in queries.items()
            if self._states[query_id].status == "RUNNING"
            for topic in needed(query)
        )

    @property
    def are_back(self) -> bool:
        """Whether a query has all its topics again."""
        if not self._without:
            return False
        self._cluster.refresh()
        return any(
            all(self._cluster.partitions(topic) is not None for topic in topics)
            for topics in self._without.values()
        )


def _named(topics: Iterable[str]) -> str:
    names = sorted(topics)
    return f"topic {names[0]} is" if len(names) == 1 else f"topics {', '.join(names)} are"
