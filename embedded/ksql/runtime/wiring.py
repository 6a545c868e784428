"""Which topics are handed on within an instance, and where every reader has to read."""

from collections.abc import Callable, Iterable
from typing import Final

from embedded.ksql.query import Query
from embedded.ksql.runtime.cluster import Cluster, Input
from embedded.ksql.runtime.journal import Run
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.replay import Replay
from embedded.ksql.runtime.transaction import Transaction
from embedded.ksql.runtime.worker import Worker, is_handed_on

FIRST: Final = 0
"""The partition, and so the worker, in which records are handed on."""


def can_be_handed_on(queries: Iterable[Query], partitions: Callable[[str], int]) -> frozenset[str]:
    """The topics whose records can go from their writer to their readers without Kafka in between.

    That keeps a partition's order only where one worker alone writes it: a topic of one partition, written
    by stages that read topics of one partition.
    """
    fit: dict[str, bool] = {}
    for query in queries:
        for stage in query.stages:
            single = all(partitions(topic) == 1 for topic in stage.source_topics)
            for topic in stage.output_topics:
                fit[topic] = fit.get(topic, True) and single and partitions(topic) == 1
    return frozenset(topic for topic, fits in fit.items() if fits)


class HandingOn:
    """The topics that one worker hands on: who has caught up, and whether anybody else has written.

    A reader that is new to such a topic reads it from Kafka first. When it has come to the end, and nothing
    is open, it is attached. From then on a comparison of the topic's end with what this instance has written
    tells whether others have written as well; if so, the topic is read again from where that was last known,
    and what has been handed on is left out.

    Args:
        cluster: the cluster's topics.
        worker: the worker of partition 0.
        transaction: what this instance writes.
    """

    def __init__(self, cluster: Cluster, worker: Worker, transaction: Transaction) -> None:
        self._cluster = cluster
        self._worker = worker
        self._transaction = transaction
        self._known: dict[str, tuple[int, int]] = {}
        self._to_read: set[str] = set(worker.seen)
        self.topics: frozenset[str] = frozenset()

    def catching_up(self, active: Callable[[Reader], bool]) -> dict[Input, int]:
        """Where topics have to be read before anything else may be: their partition and first offset."""
        starts: dict[Input, int] = {}
        for reader in self._worker.readers.values():
            if not active(reader) or reader.needs_offsets:
                continue
            for topic in self.topics.intersection(reader.positions):
                start = reader.positions[topic]
                starts[topic, FIRST] = min(start, starts.get((topic, FIRST), start))
        for topic in self._to_read.intersection(self._worker.seen):
            start = self._worker.seen[topic]
            starts[topic, FIRST] = min(start, starts.get((topic, FIRST), start))
        return starts

    def at_end(self, ends: dict[Input, int], active: Callable[[Reader], bool]) -> bool:
        """Attach the readers that have come to the end of their topics; nothing may be open.

        Args:
            ends: where reading has come to the end, by partition; what is used up is taken out.
            active: which readers count.

        Returns:
            Whether anything has changed.
        """
        waiting = [key for key in self.catching_up(active) if key in ends]
        changed = False
        for key, end in self._cluster.decided_ends(waiting).items():
            if ends.pop(key) != end:
                continue
            topic = key[0]
            for reader in list(self._worker.readers.values()):
                if active(reader) and not reader.needs_offsets and topic in reader.positions:
                    self._worker.attach(reader, topic)
            self._settle(topic, end)
            changed = True
        return changed

    def attach_new(self, reader: Reader, topic: str, end: int) -> None:
        """Attach a reader that begins at the end of a topic."""
        self._worker.attach(reader, topic)
        if topic not in self._worker.seen:
            self._settle(topic, end)

    def _settle(self, topic: str, end: int) -> None:
        self._worker.seen[topic] = end
        self._known[topic] = (end, self._transaction.written[topic])
        self._to_read.discard(topic)

    def settle_all(self, replay: Replay) -> None:
        """Find out after a recovery, when nothing is open, where the topics end that are handed on."""
        ends = self._cluster.await_decided([(topic, FIRST) for topic in self._worker.seen])
        replay.forget()
        for (topic, _), end in ends.items():
            if self._worker.seen[topic] > end:
                self._worker.seen[topic] = 0  # the topic was deleted and made anew
            run = Run(topic, FIRST, self._worker.seen[topic], end, ())
            others = [r for r in replay.take(run) if not is_handed_on(r)] if run.start < end else []
            replay.forget()
            if others:
                self._worker.seen[topic] = others[0].offset
                self._to_read.add(topic)
            else:
                self._settle(topic, end)

    def detach_unfit(self) -> None:
        """Let topics with a second writer be read from Kafka again; nothing may be open."""
        unfit = set(self._worker.seen) - self.topics
        if unfit and not self.look_for_others():
            for reader in list(self._worker.readers.values()):
                for topic in reader.attached & unfit:
                    self._worker.place(reader, topic, self._worker.seen[topic])

    def detach(self, query_id: str) -> None:
        """Let a query read the topics from Kafka again, because it pauses; nothing may be open.

        What others have written to a topic must have been read (`others_wrote`), or the query will get some
        of this instance's own records once more.
        """
        for reader in list(self._worker.readers.values()):
            if reader.query.id == query_id:
                for topic in reader.attached & self._worker.seen.keys():
                    self._worker.place(reader, topic, self._worker.seen[topic])

    def look_for_others(self) -> bool:
        """Compare the topics' ends with what was written; nothing may be open.

        Returns:
            Whether somebody else has written.
        """
        quiet = [t for t in self._worker.seen if t not in self._to_read and t in self._known]
        ends = self._cluster.decided_ends([(topic, FIRST) for topic in quiet])
        for (topic, _), end in ends.items():
            at, written = self._known[topic]
            if end == at + self._transaction.written[topic] - written:
                self._settle(topic, end)
            else:
                self._to_read.add(topic)
        return bool(self._to_read)

    @property
    def others_wrote(self) -> bool:
        """Whether a topic has records of others that have not been read."""
        return bool(self._to_read.intersection(self._worker.seen))
