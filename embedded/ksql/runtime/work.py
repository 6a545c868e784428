"""A turn of work: records in, through every query, and out in one transaction with the journal."""

import logging
import time

from embedded.ksql.record import ANY_PARTITION, DeadLetter
from embedded.ksql.runtime import dead_letters, journal
from embedded.ksql.runtime.cluster import Input
from embedded.ksql.runtime.intake import Taken
from embedded.ksql.runtime.queries import Queries
from embedded.ksql.runtime.reader import Reader
from embedded.ksql.runtime.transaction import Transaction

log = logging.getLogger(__name__)


class Work:
    """What the queries of this instance do with what comes in.

    `spent` are the seconds of processing since the last snapshot: what a recovery would take.

    Args:
        queries: the queries on this instance's share of the partitions.
        transaction: where outputs go.
        journal_topic: where the journal goes.
    """

    def __init__(self, queries: Queries, transaction: Transaction, journal_topic: str) -> None:
        self._queries = queries
        self._transaction = transaction
        self._journal = journal_topic
        self.spent = 0.0
        self._buried: tuple[str, int, int, str] | None = None
        queries.on_dead_letter = self._dead_letter

    def process(self, taken: Taken) -> bool:
        """Take what has come in through all queries; opens a transaction when there is anything.

        Returns:
            Whether there was anything.

        Raises:
            QueryFailedError: a query failed; everything since the last commit is worth nothing.
        """
        self._buried = None
        for key in taken.records:
            self._queries.ends.pop(key, None)
        self._queries.ends |= taken.ends
        shares: dict[int, list[Input]] = {}
        for key in sorted(taken.records):
            shares.setdefault(key[1] % self._queries.count, []).append(key)
        started = time.monotonic()
        for number, keys in shares.items():
            worker = self._queries.workers.get(number)
            if worker is None:
                continue
            batch = [
                i for key in keys for i in worker.split(key, taken.records[key], self._queries.is_active)
            ]
            if batch:
                self._transaction.begin()
                worker.process(batch, self._transaction.emit)
        self.spent += time.monotonic() - started if shares else 0.0
        return bool(shares)

    def _dead_letter(self, reader: Reader, letter: DeadLetter) -> None:
        """Write it, unless the query before has met the same record and said the same."""
        place = (letter.topic, letter.partition, letter.offset, letter.reason)
        if letter.offset >= 0 and place == self._buried:
            return
        self._buried = place
        if self._transaction.opened is not None:  # in a recovery it was written before
            log.warning("%s: %s, partition %d, offset %d: %s", *_where(reader, letter))
            self._transaction.emit(dead_letters.to_record(letter), ANY_PARTITION)

    def commit(self) -> None:
        """Commit the open transaction, or open one if the journal has news.

        Raises:
            RuntimeFailureError: it did not succeed; everything since the last commit is worth nothing.
        """
        news = [worker for worker in self._queries.workers.values() if worker.events]
        if news or self._transaction.opened is not None:
            self._transaction.begin()
            entries = [(w.number, journal.encode(w.entry(self._transaction.id))) for w in news]
            self._transaction.commit(self._journal, entries)
        for worker in self._queries.workers.values():
            for (topic, partition), end in self._queries.ends.items():
                for reader in worker.readers.values():
                    mine = reader.partition == partition and topic in reader.positions
                    if mine and self._queries.is_active(reader):
                        reader.positions[topic] = max(end, reader.positions[topic])

    def settle(self, *, look: bool) -> bool:
        """See to the topics that are handed on, when nothing is open.

        Args:
            look: find out whether others have written to them.

        Returns:
            Whether `starts` may have changed.
        """
        if self._queries.handing_on is None:
            return False
        changed = self._queries.handing_on.at_end(self._queries.ends, self._queries.is_active)
        return (look and self._queries.handing_on.look_for_others()) or changed

    def release(self) -> None:
        """Give the workers up in good order; nothing may be open."""
        if self._queries.workers:
            entry = journal.encode(journal.Entry(by=self._transaction.id, kind="release"))
            self._transaction.begin()
            self._transaction.commit(self._journal, [(number, entry) for number in self._queries.workers])
        self._queries.clear()


def _where(reader: Reader, letter: DeadLetter) -> tuple[str, str, int, int, str]:
    return reader.query.id, letter.topic, letter.partition, letter.offset, letter.reason
