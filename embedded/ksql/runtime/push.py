"""Push queries: SELECT … EMIT CHANGES, for as long as somebody listens."""

import threading
from collections import deque

from embedded.ksql.query import Query, Stage, Task
from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.intake import Source
from embedded.ksql.runtime.merge import merged


class PushQuery:
    """One push query at work. It reads committed records, keeps its state in memory and commits nothing.

    Records that cannot be processed are left out, as ksqlDB does in a push query.

    Args:
        cluster: the cluster's topics.
        query: what to run.
        reset: where to begin: `earliest` or `latest`.
    """

    def __init__(self, cluster: Cluster, query: Query, reset: str) -> None:
        self.query = query
        self._source = Source(cluster.bootstrap)
        self._tasks: dict[tuple[str, int], Task] = {}
        self._internal = {spec.name: spec.partitions for spec in query.internal_topics}
        self._left = query.limit
        self._closed = threading.Event()
        inputs: list[Input] = [
            (topic, partition)
            for topic in query.source_topics
            for partition in range(cluster.partitions(topic) or 1)
        ]
        starts = cluster.starts(inputs) if reset == "earliest" else cluster.ends(inputs)
        self._source.read_from(starts)

    @property
    def is_done(self) -> bool:
        """Whether no more rows will come: its limit is reached, or it was closed."""
        return self._closed.is_set() or self._left == 0

    def take(self, timeout: float) -> list[bytes]:
        """The next rows, each a JSON array, waiting at most `timeout` seconds for the first."""
        taken = self._source.take(timeout)
        streams = [[(record, None) for record in taken.records[key]] for key in sorted(taken.records)]
        rows = [row for record, _ in merged(streams) for row in self._through(record)] if streams else []
        if self._left is not None:
            rows = rows[: self._left]
            self._left -= len(rows)
        return rows

    def _through(self, record: Record) -> list[bytes]:
        rows: list[bytes] = []
        waiting = deque([record])
        while waiting:
            taken = waiting.popleft()
            for stage in self.query.stages:
                if taken.topic in stage.source_topics:
                    for output in self._task(stage, taken.partition).process(taken):
                        if output.topic:
                            partition = stage.partition(output, self._internal[output.topic])
                            waiting.append(_in_partition(output, max(partition, 0)))
                        elif output.value is not None:
                            rows.append(output.value)
        return rows

    def _task(self, stage: Stage, partition: int) -> Task:
        key = (stage.id, partition)
        if key not in self._tasks:
            self._tasks[key] = stage.task(partition)
            self._tasks[key].on_dead_letter = _left_out
        return self._tasks[key]

    def end(self) -> None:
        """Let no more rows come; `close` follows in the thread that takes them."""
        self._closed.set()

    def close(self) -> None:
        """Close the consumer."""
        self._closed.set()
        self._source.close()


def _left_out(letter: DeadLetter) -> None:
    """Do nothing: nobody asked for the record that could not be processed."""


def _in_partition(record: Record, partition: int) -> Record:
    return Record(
        record.topic, record.key, record.value, record.timestamp, partition, record.offset, record.headers
    )
