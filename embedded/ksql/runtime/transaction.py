"""What goes out: records that appear all together or not at all."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from embedded.kafka.settings import AHEAD_MS
from embedded.ksql.record import ANY_PARTITION, DeadLetter, Record
from embedded.ksql.runtime import clients, dead_letters
from embedded.ksql.runtime.errors import FencedError, RuntimeFailureError
from embedded.ksql.runtime.names import HANDED_ON

_MARK: Final[tuple[str, bytes]] = (HANDED_ON, b"")
_MARKED: Final[list[tuple[str, str | bytes | None]]] = [_MARK]
PATIENCE: Final = 1.0
"""Seconds that records may take to be sent before it is asked whether their topics are there."""

_FIRST: Final = "flow-attribution-lab-first"
"""A transactional id that writes nothing."""


class Transaction:
    """A transactional producer and the transaction that is open in it, if one is.

    `written` counts what committed transactions have added to the end of each topic: their records, and one
    control record for each transaction and partition.

    Args:
        bootstrap: Kafka's addresses.
        transactional_id: names the producer; a later one of the same name ends this one's transactions.
        lacks: whether a topic is gone that is written to; asked when a commit takes long.
    """

    def __init__(
        self, bootstrap: str, transactional_id: str, lacks: Callable[[], bool] = lambda: False
    ) -> None:
        self.id = transactional_id
        self._lacks = lacks
        self.opened: float | None = None
        self.written: Counter[str] = Counter()
        self._open: dict[str, int] = {}
        self._latest = 0
        self._producer: Producer = clients.transactional(bootstrap, transactional_id)
        self._produce = self._producer.produce
        self._call(_initialise, self._producer)

    def begin(self) -> None:
        """Open a transaction, unless one is open."""
        if self.opened is None:
            self._call(self._producer.begin_transaction)
            self.opened = time.monotonic()
            self._latest = int(time.time() * 1000) + AHEAD_MS

    def emit(self, record: Record, partition: int, handed_on: bool = False, query_id: str = "") -> None:
        """Write one record in the open transaction; as a dead letter, if Kafka takes no such time or size.

        Such a record would fail the whole transaction, however often it is tried.

        Args:
            record: what to write; its own partition does not count.
            partition: the partition of its topic, or `ANY_PARTITION`.
            handed_on: mark it as handed on within this instance.
            query_id: the query that it is of.
        """
        topic = record.topic
        if record.timestamp > self._latest:
            self._bury(record, partition, query_id, f"its time, {record.timestamp}, is too far ahead of now")
            return
        headers: list[tuple[str, str | bytes | None]] | None = None
        if record.headers:
            headers = [*record.headers, _MARK] if handed_on else list(record.headers)
        elif handed_on:
            headers = _MARKED
        timestamp = record.timestamp if record.timestamp > 0 else 0  # noqa: FURB136 - max() takes three times as long
        while True:
            try:
                self._produce(
                    topic, record.value, record.key, partition, timestamp=timestamp, headers=headers
                )
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                    raise _explained(error) from error
                self._bury(
                    record,
                    partition,
                    query_id,
                    f"it has {len(record.value or b'')} bytes, more than a record may",
                )
                return
            else:
                break
        if handed_on:
            self._open[topic] = self._open.get(topic, 0) + 1

    def _bury(self, record: Record, partition: int, query_id: str, reason: str) -> None:
        told = f"Kafka does not take this row of {record.topic}: {reason}"
        letter = DeadLetter(record.topic, partition, record.offset, query_id, told, record)
        self.emit(dead_letters.to_record(letter), ANY_PARTITION)

    def commit(self, journal: str, entries: Iterable[tuple[int, bytes]]) -> None:
        """Add the journal's entries, each for its partition, and commit.

        Raises:
            FencedError: another instance has taken this one's place.
            RuntimeFailureError: Kafka refused; nothing of the transaction will be seen.
        """
        now = int(time.time() * 1000)
        for partition, entry in entries:
            self._call(partial(self._producer.produce, journal, entry, partition=partition, timestamp=now))
        self._flush()
        self._call(self._producer.commit_transaction, clients.TIMEOUT)
        for topic, records in self._open.items():
            self.written[topic] += records + 1
        self._open.clear()
        self.opened = None

    def _flush(self) -> None:
        """Have all records sent; for a topic that is gone librdkafka would wait until the commit fails."""
        lacked = False
        while self._call(partial(self._producer.flush, PATIENCE)):
            lacks = self._lacks()
            if lacks and lacked:
                raise RuntimeFailureError("Kafka did not take the transaction: a topic is not there")
            lacked = lacks

    def abort(self) -> None:
        """Give up what the open transaction has written."""
        self._open.clear()
        if self.opened is not None:
            self.opened = None
            self._producer.purge()
            self._call(self._producer.abort_transaction, clients.TIMEOUT)

    def _call(self, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return function(*arguments)
        except KafkaException as error:
            raise _explained(error) from error


def _explained(error: KafkaException) -> RuntimeFailureError:
    cause = error.args[0]
    message = f"Kafka did not take the transaction: {cause.str()} ({cause.name()})"
    return FencedError(message) if cause.fatal() else RuntimeFailureError(message)


def _initialise(producer: Producer) -> None:
    producer.list_topics(timeout=clients.ANSWER)  # without a connection librdkafka waits for half a second
    producer.init_transactions(clients.TIMEOUT)


def fence(bootstrap: str, transactional_id: str) -> None:
    """End whatever transaction a dead instance has left open, and its right to open another.

    Raises:
        RuntimeFailureError: Kafka does not answer.
    """
    try:
        _initialise(clients.transactional(bootstrap, transactional_id))
    except KafkaException as error:
        raise _explained(error) from error


def prepare_transactions(bootstrap: str) -> None:
    """Have a new broker make the topic that it keeps transactions in, and wait for nothing.

    A producer that asks before the topic is there asks again half a second later only. This one does so for
    those that follow.
    """

    def ask() -> None:
        with contextlib.suppress(RuntimeFailureError):
            fence(bootstrap, _FIRST)

    threading.Thread(target=ask, name="ksql-first-transaction", daemon=True).start()
