"""Topics that somebody deletes, or deletes and makes anew, while queries read or write them."""

import logging
from typing import Final

from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.missing import needed
from embedded.ksql.runtime.queries import Queries
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.worker import Worker

log = logging.getLogger(__name__)

LOOKS: Final = 3
"""How often a topic is looked for in vain: a broker that comes back knows its topics a little later."""


class DeletedTopics:
    """The topics of the running queries, looked at for whether they are still those that were read.

    `doubts` says how often a topic has been looked for in vain.

    Args:
        cluster: the cluster's topics.
        queries: the queries on this instance's share of the partitions.
    """

    def __init__(self, cluster: Cluster, queries: Queries) -> None:
        self._cluster = cluster
        self._queries = queries
        self.doubts: dict[str, int] = {}

    def find(self) -> str | None:
        """A topic that a running query needs, and that was deleted, or deleted and made anew; else None."""
        places = self._places()
        self._cluster.refresh()
        ends = self._cluster.ends(
            {key for key in places if self._cluster.partitions(key[0]) is not None}, committed=False
        )
        wrong = {key[0] for key, found in places.items() for at, *_ in found if at > ends.get(key, -1)}
        wrong |= {
            topic
            for query in self._queries.running()
            for topic in needed(query)
            if self._cluster.partitions(topic) is None
        }
        self.doubts = {topic: self.doubts.get(topic, 0) + 1 for topic in wrong}
        return next((topic for topic, looks in self.doubts.items() if looks >= LOOKS), None)

    def begin_anew(self) -> None:
        """Let readers begin again in topics that were deleted and made anew: what they have read is gone.

        Kafka Streams does the same with an offset that is out of range.
        """
        places = self._places()
        for key, (first, end) in self._cluster.bounds(places).items():
            for at, worker, reader in places[key]:
                if at > end:
                    log.warning("%s reads %s, partition %d, from its beginning: it was made anew, without "
                                "offset %d", reader.key, *key, at)  # fmt: skip
                    worker.place(reader, key[0], first)

    def _places(self) -> dict[Input, list[tuple[int, Worker, Reader]]]:
        """Where the running queries read, by partition."""
        places: dict[Input, list[tuple[int, Worker, Reader]]] = {}
        for worker in self._queries.workers.values():
            for reader in worker.readers.values():
                if self._queries.is_active(reader):
                    for topic, at in reader.positions.items():
                        places.setdefault((topic, reader.partition), []).append((at, worker, reader))
        return places
