"""One task of a sink connector: a thread that consumes, delivers, and commits what is settled."""

import logging
import threading
import time
import traceback
from collections.abc import Iterable
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from embedded.connect.commits import Commits
from embedded.connect.dead_letters import DeadLetterQueue, Reporter
from embedded.connect.delivery import Delivery
from embedded.connect.errors import ConversionError, TaskError
from embedded.connect.hec_client import HecClient
from embedded.connect.records import Record, event
from embedded.connect.sink_settings import SinkSettings

LONGEST_WAIT: Final = 0.2
"""Seconds within which a task notices that it is to stop or to pause."""
AUTHORIZATION: Final = frozenset(
    {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED}
)
SESSION_MS: Final = 6_000
"""The least that a broker allows by default: so long a stopped connector still counts as a member."""
FENCED: Final = frozenset({KafkaError._FATAL, KafkaError.FENCED_INSTANCE_ID})  # noqa: SLF001  # no public name
REJOIN_SECONDS: Final = 1.0
log = logging.getLogger("connect.task")


class _FencedError(Exception):
    """The consumer can no longer be used; another one can."""


class Task:
    """A running task. `state` is RUNNING, PAUSED or FAILED, the last with a `trace`.

    Each task is a static member of its group (KIP-345): after kill -9 its successor goes on at once, without
    waiting until the dead member's session has timed out.
    """

    def __init__(self, connector: str, number: int, settings: SinkSettings, bootstrap: str) -> None:
        self.number = number
        self.trace = ""
        self._name = f"{connector}-{number}"
        self._connector = connector
        self._settings = settings
        self._bootstrap = bootstrap
        self._delivery: Delivery | None = None
        self._commits = Commits(self._name)
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._is_holding = False
        self._thread = threading.Thread(target=self._run, name=f"task-{self._name}", daemon=True)

    @property
    def state(self) -> str:
        """RUNNING, PAUSED or FAILED."""
        if self.trace:
            return "FAILED"
        return "PAUSED" if self._paused.is_set() else "RUNNING"

    def start(self, *, paused: bool) -> None:
        """Begin to work, or begin paused."""
        self.pause(paused=paused)
        self._thread.start()

    def pause(self, *, paused: bool) -> None:
        """Take no more records, or take them again."""
        if paused:
            self._paused.set()
        else:
            self._paused.clear()

    def stop(self) -> None:
        """Ask the task to end; `join` waits for it."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until the task has committed what is settled and left its group."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            client = HecClient(self._settings)
            try:
                while not self._stopping.is_set():
                    self._consume_until_fenced(client)
            finally:
                client.close()
        except Exception:
            self.trace = traceback.format_exc()
            log.exception("task %s has failed; restart it when the cause is removed", self._name)

    def _consume_until_fenced(self, client: HecClient) -> None:
        """Consume until told to stop, or until the group takes this member for another: then begin anew.

        A broker that was killed may remember the member by another id than it gave it. What was not committed
        comes again.
        """
        try:
            self._consume(client)
        except _FencedError as fenced:
            log.warning("task %s joins its group anew: %s", self._name, fenced)
            self._commits = Commits(self._name)
            self._is_holding = False
            self._stopping.wait(REJOIN_SECONDS)

    def _consume(self, client: HecClient) -> None:
        report = self._reporter()
        self._delivery = delivery = Delivery(
            client,
            self._settings,
            indexed=self._settle,
            refused=lambda record, reason: self._refuse(record, reason, report),
        )
        consumer = self._consumer()
        is_answering = False
        try:
            while not self._stopping.is_set():
                self._hold(consumer, hold=delivery.is_blocked or self._paused.is_set())
                wait = delivery.patience(time.monotonic(), LONGEST_WAIT)
                delivery.add(self._converted(self._fetch(consumer, wait), report))
                delivery.work(time.monotonic())
                self._commits.now_and_then(consumer)
            delivery.finish(time.monotonic())
            is_answering = self._commits.before_stop(consumer)
        finally:
            # Closing waits for a Kafka that is gone until the session has timed out; the worker need not.
            closing = threading.Thread(target=consumer.close, daemon=True)
            closing.start()
            if is_answering:
                closing.join()

    def _consumer(self) -> Consumer:
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": f"connect-{self._connector}",
                "group.instance.id": f"connector-consumer-{self._name}",
                "client.id": f"connector-consumer-{self._name}",
                "auto.offset.reset": self._settings.offset_reset,
                "isolation.level": self._settings.isolation_level,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "session.timeout.ms": SESSION_MS,
                "heartbeat.interval.ms": 1_000,
                "topic.metadata.refresh.interval.ms": 1_000,
                "queued.max.messages.kbytes": 16_384,
                "reconnect.backoff.max.ms": 1_000,
                "on_commit": self._commits.on_commit,
            }
        )
        regex = self._settings.topics_regex
        topics = ["^" + regex.removeprefix("^")] if regex else list(self._settings.topics)
        consumer.subscribe(
            topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._commits.forget
        )
        return consumer

    def _hold(self, consumer: Consumer, *, hold: bool) -> None:
        if hold == self._is_holding:
            return
        assignment = consumer.assignment()
        if hold:
            consumer.pause(assignment)
        else:
            consumer.resume(assignment)
        self._is_holding = hold

    def _fetch(self, consumer: Consumer, wait: float) -> list[Message]:
        messages: list[Message] = (
            [] if self._is_holding else consumer.consume(self._settings.batch_size, timeout=0)
        )
        if not messages:
            first = consumer.poll(wait)
            messages = [first] if first is not None else []
        return messages

    def _converted(self, messages: list[Message], report: Reporter) -> list[Record]:
        records: list[Record] = []
        for message in messages:
            error = message.error()
            if error is not None:
                if error.fatal() or error.code() in FENCED:
                    raise _FencedError(error.str())
                if error.code() in AUTHORIZATION:
                    raise KafkaException(error)
                log.info("task %s goes on after: %s", self._name, error.str())
                continue
            partition, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
            self._commits.offsets.taken(partition, offset)
            try:
                converted = event(message, self._settings)
            except ConversionError as bad:
                report(message, stage="VALUE_CONVERTER", reason=bad.what)
                converted = None
            if converted is None:
                self._commits.offsets.settled(partition, offset)
            else:
                records.append(Record(converted, partition, offset, message))
        return records

    def _settle(self, records: Iterable[Record]) -> None:
        for record in records:
            self._commits.offsets.settled(record.partition, record.offset)

    def _refuse(self, record: Record, reason: str, report: Reporter) -> None:
        report(record.message, stage="TASK_PUT", reason=reason)
        self._settle([record])

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        if self._is_holding:
            consumer.assign(partitions)
            consumer.pause(partitions)

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        if self._delivery is not None:
            self._delivery.finish(time.monotonic())
        self._commits.before_handing_over(consumer, partitions)

    def _reporter(self) -> Reporter:
        settings = self._settings
        if not settings.tolerant:
            return self._fail
        if settings.dead_letter_topic:
            return DeadLetterQueue(
                self._bootstrap,
                settings.dead_letter_topic,
                copies=settings.dead_letter_copies,
                context=settings.dead_letter_context,
                connector=self._connector,
                task=self.number,
            )
        return self._note

    def _fail(self, message: Message, *, stage: str, reason: str) -> None:
        where = f"topic {message.topic()}, partition {message.partition()}, offset {message.offset()}"
        raise TaskError(
            f"Tolerance exceeded in error handler: {reason} ({stage}; {where})",
            "Set errors.tolerance=all and errors.deadletterqueue.topic.name, then restart the task.",
        )

    def _note(self, message: Message, *, stage: str, reason: str) -> None:
        where = (message.topic(), message.partition(), message.offset())
        log.error("task %s leaves out the record at %s (%s): %s", self._name, where, stage, reason)
