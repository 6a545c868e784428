"""Batches on their way to HEC, strictly in order: sent until taken, awaited until acknowledged.

A batch that cannot be sent now holds back those behind it, so that revisions of an event reach the index in
the order of the topic; the real connector may let later ones pass. A batch that HEC refuses for good is cut
down to the record at fault.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from embedded.connect.hec_client import Accepted, HecClient, Refused, Unavailable
from embedded.connect.records import Record
from embedded.connect.sink_settings import SinkSettings

FIRST_BACKOFF: Final = 0.1
"""Seconds before the first new attempt; each further one waits twice as long."""
LONGEST_BACKOFF: Final = 5.0
"""Seconds: the connector's own threshold, where that is lower, else this: a lab waits for nobody a minute."""
EAGER_ACKS: Final = 5_000
"""Events on their way that make the task ask for acknowledgements before their time, to keep memory small."""
log = logging.getLogger("connect.delivery")


@dataclass
class Batch:
    """Records that are sent together; `sent` is when (monotonic seconds) HEC took them."""

    records: list[Record]
    sent: float = 0


class Delivery:
    """The way of one task's records.

    Args:
        client: the HEC.
        settings: batch size, intervals and time-outs.
        indexed: called with records that are safely in the index.
        refused: called with a record that HEC refuses for good, and its reason; it may raise.
    """

    def __init__(
        self,
        client: HecClient,
        settings: SinkSettings,
        *,
        indexed: Callable[[Iterable[Record]], None],
        refused: Callable[[Record, str], None],
    ) -> None:
        self._client = client
        self._settings = settings
        self._indexed = indexed
        self._refused = refused
        self._queue: deque[Batch] = deque()
        self._outstanding: dict[int, Batch] = {}
        self._failures = 0
        self._retry_at = 0.0
        self._ask_at = 0.0

    def add(self, records: list[Record]) -> None:
        """Queue records behind those that wait already."""
        size = self._settings.batch_size
        self._queue.extend(Batch(records[start : start + size]) for start in range(0, len(records), size))

    @property
    def is_blocked(self) -> bool:
        """Whether more records would only pile up."""
        return bool(self._queue) or self.outstanding_events >= self._settings.max_outstanding

    @property
    def outstanding_events(self) -> int:
        """How many events HEC has taken but not acknowledged."""
        return sum(len(batch.records) for batch in self._outstanding.values())

    def patience(self, now: float, longest: float) -> float:
        """Seconds until there is something to do, but no more than `longest`."""
        due = [now + longest]
        if self._queue:
            due.append(self._retry_at)
        if self._outstanding:
            due.append(max(self._ask_at, self._retry_at))
        return max(0.0, min(due) - now)

    def work(self, now: float) -> None:
        """Send what can be sent, and ask for acknowledgements when it is time (`now`: monotonic seconds)."""
        if now < self._retry_at:
            return
        while self._queue and self._send(self._queue[0], now):
            continue
        if self._outstanding and self._retry_at <= now:
            eager = self.outstanding_events >= min(EAGER_ACKS, self._settings.max_outstanding)
            if now >= self._ask_at or eager:
                self._ask(now)

    def finish(self, now: float) -> None:
        """Ask for acknowledgements a last time, so that a clean stop leaves little to be sent again."""
        if self._outstanding:
            self._ask(now)

    def _send(self, batch: Batch, now: float) -> bool:
        match self._client.send([record.event for record in batch.records]):
            case Accepted(ack_id):
                self._queue.popleft()
                self._failures = 0
                self._accepted(batch, ack_id, now)
            case Refused(reason, event_number):
                self._queue.popleft()
                self._narrow(batch, reason, event_number)
            case Unavailable(reason):
                self._back_off(reason, now)
                return False
        return True

    def _accepted(self, batch: Batch, ack_id: int | None, now: float) -> None:
        if ack_id is None:
            self._indexed(batch.records)
            return
        if ack_id in self._outstanding:
            log.warning("HEC counts ackIds anew (%d): what it has not acknowledged is sent again", ack_id)
            self._send_again()
        if not self._outstanding:
            self._ask_at = now + self._settings.ack_interval
        batch.sent = now
        self._outstanding[ack_id] = batch

    def _narrow(self, batch: Batch, reason: str, event_number: int | None) -> None:
        records = batch.records
        if len(records) == 1:
            self._refused(records[0], reason)
            return
        if event_number is not None and 0 <= event_number < len(records):
            self._refused(records[event_number], reason)
            parts = [records[:event_number] + records[event_number + 1 :]]
        else:
            middle = len(records) // 2
            parts = [records[:middle], records[middle:]]
        self._queue.extendleft(Batch(part) for part in reversed(parts))

    def _ask(self, now: float) -> None:
        self._ask_at = now + self._settings.ack_interval
        answer = self._client.acknowledged(list(self._outstanding))
        if isinstance(answer, Unavailable):
            self._back_off(answer.reason, now)
            return
        self._failures = 0
        for ack_id in sorted(answer & self._outstanding.keys()):
            self._indexed(self._outstanding.pop(ack_id).records)
        oldest = min((batch.sent for batch in self._outstanding.values()), default=now)
        if now - oldest > self._settings.event_timeout:
            log.warning("events were not acknowledged within %d s: sent again", self._settings.event_timeout)
            self._send_again()

    def _send_again(self) -> None:
        self._queue.extendleft(reversed(self._outstanding.values()))
        self._outstanding.clear()

    def _back_off(self, reason: str, now: float) -> None:
        longest = min(LONGEST_BACKOFF, max(self._settings.longest_backoff, FIRST_BACKOFF))
        pause = min(FIRST_BACKOFF * 2 ** min(self._failures, 16), longest)
        if self._failures == 0:
            log.warning("HEC is not available, events wait for it: %s", reason)
        self._failures += 1
        self._retry_at = now + pause
