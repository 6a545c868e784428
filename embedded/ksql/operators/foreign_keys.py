"""Foreign-key joins of tables: the left side asks, the right side answers, through two internal topics.

The order and the times of the results are those of Kafka Streams (KIP-213, KIP-962) since a left join says
once that a row is gone and does not lose its match meanwhile (KAFKA-16394), and an inner join knows rows
whose key was null (KAFKA-16407). So ksqlDB's own tests have it; Kafka 4.0 tells some tombstones twice.
"""

import base64
import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import orjson

from embedded.ksql.operators.context import Change, Context
from embedded.ksql.operators.internal import row_codec
from embedded.ksql.operators.tables import Rows
from embedded.ksql.plan.schema import Schema
from embedded.ksql.plan.steps import JoinKind
from embedded.ksql.record import ANY_PARTITION, Record
from embedded.ksql.state.keyed import Keyed


class Ask(StrEnum):
    """What a row of the left table wants of the right one: Kafka Streams' instructions."""

    FORGET = "forget"
    """Answer it no more."""
    FORGET_AND_ANSWER = "forget and answer"
    """Answer it no more, but for once that there is nothing."""
    ANSWER = "answer"
    """Answer now, that there is nothing if need be, and after each change."""
    ANSWER_IF_THERE = "answer if there"
    """Answer now if there is a row, and after each change."""


def asking_topic(base: str) -> str:
    """The topic of the left side's questions."""
    return f"{base}-subscription-registration-topic"


def answers_topic(base: str) -> str:
    """The topic of the right side's answers."""
    return f"{base}-subscription-response-topic"


class Asking:
    """The left side: takes the table's changes and the answers, and makes the joined table.

    An answer is worth something only while the row that asked for it is the current one: it carries that
    row's hash.

    Args:
        context: the task's.
        kind: INNER or LEFT.
        key_of: the key, as the right table writes it, that a row names; None when it names none.
        schemas: the left and the right table's columns.
        base: what the names of the internal topics begin with.
        forward: takes the joined table's changes.
        old: whether it wants old rows.
    """

    def __init__(  # noqa: PLR0917 - what a join is made of
        self,
        context: Context,
        kind: JoinKind,
        key_of: Callable[[Any], bytes | None],
        schemas: tuple[Schema, Schema],
        base: str,
        forward: Change,
        *,
        old: bool,
    ) -> None:
        self._context = context
        self._is_left = kind == "LEFT"
        self._key_of = key_of
        self._written, _ = row_codec(schemas[0])
        _, self._read = row_codec(schemas[1])
        self._nulls = [None] * len(schemas[1].values)
        self._topic = asking_topic(base)
        self._forward = forward
        self._rows = Rows(context)
        self._results = Rows(context) if old else None

    def change(self, key: Any, new: Any, before: Any, time: int) -> None:
        """Takes a change of the left table: asks for the row that the new one names."""
        if new is None:
            self._rows.remove(key)
        else:
            self._rows.put(key, (new, time))
        if new is None and before is None:
            return
        wanted = None if new is None else self._key_of(new)
        known = None if before is None else self._key_of(before)
        if self._is_left or (new is not None and before is not None and known != wanted):
            if known != wanted:
                self._ask(known, Ask.FORGET, key, new, time)
            self._ask(wanted, Ask.ANSWER, key, new, time)
        elif new is None:
            self._ask(known, Ask.FORGET_AND_ANSWER, key, new, time)
        else:
            self._ask(wanted, Ask.ANSWER_IF_THERE, key, new, time)

    def _ask(self, foreign: bytes | None, ask: Ask, key: bytes, row: Any, time: int) -> None:
        if foreign is None and ask != Ask.ANSWER:
            return  # no row has the key NULL: nobody would answer
        text = base64.b64encode(key).decode()
        value = orjson.dumps([ask, text, self._hash(row), self._context.record.partition])
        headers = self._context.record.headers
        self._context.outputs.append(Record(self._topic, foreign, value, time, ANY_PARTITION, -1, headers))

    def _hash(self, row: Any) -> str | None:
        if row is None:
            return None
        return hashlib.blake2b(orjson.dumps(self._written(row)), digest_size=16).hexdigest()

    def answered(self, record: Record) -> None:
        """Takes an answer."""
        self._context.stream_time = max(self._context.stream_time, record.timestamp)
        key, value = record.key, record.value
        if key is None or value is None:
            return
        asked, right = orjson.loads(value)
        current = self._rows.get(key)
        row = None if current is None else current[0]
        if asked != self._hash(row):
            return
        made = None
        if row is not None and (right is not None or self._is_left):
            made = [*row, *(self._nulls if right is None else self._read(right))]
        before = None
        if self._results is not None:
            replaced = self._results.get(key)
            before = None if replaced is None else replaced[0]
            if made is None:
                self._results.remove(key)
            else:
                self._results.put(key, (made, record.timestamp))
        self._forward(key, made, before, record.timestamp)


class _Subscriptions(Keyed):
    """Who is to be answered when a row changes: (hash, partition) by the asking key, by the row's key."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        context.states.append(self)


class Answering:
    """The right side: takes questions and the table's changes, and answers.

    Args:
        context: the task's.
        schema: the right table's columns.
        base: what the names of the internal topics begin with.
    """

    def __init__(self, context: Context, schema: Schema, base: str) -> None:
        self._context = context
        self._write, _ = row_codec(schema)
        self._topic = answers_topic(base)
        self._rows = Rows(context)
        self._subscriptions = _Subscriptions(context)

    def asked(self, record: Record) -> None:
        """Takes a question of the left side."""
        self._context.stream_time = max(self._context.stream_time, record.timestamp)
        if record.value is None:
            return
        ask, text, asked, partition = orjson.loads(record.value)
        key = base64.b64decode(text)
        found = None
        if record.key is not None:
            found = self._rows.get(record.key)
            subscribed = self._subscriptions.get(record.key) or {}
            if ask in {Ask.FORGET, Ask.FORGET_AND_ANSWER}:
                subscribed.pop(key, None)
                if not subscribed:
                    self._subscriptions.remove(record.key)
            else:
                subscribed[key] = (asked, partition)
                self._subscriptions.put(record.key, subscribed)
        time = record.timestamp if found is None else max(record.timestamp, found[1])
        if ask == Ask.FORGET_AND_ANSWER:
            self._answer(key, asked, None, partition, time)
        elif ask == Ask.ANSWER or (ask == Ask.ANSWER_IF_THERE and found is not None):
            self._answer(key, asked, None if found is None else found[0], partition, time)

    def change(self, key: Any, new: Any, _: Any, time: int) -> None:
        """Takes a change of the right table: answers all who asked for the row, in order of their keys."""
        if new is None:
            self._rows.remove(key)
        else:
            self._rows.put(key, (new, time))
        for asking, (asked, partition) in sorted((self._subscriptions.get(key) or {}).items()):
            self._answer(asking, asked, new, partition, time)

    def _answer(self, key: bytes, asked: str | None, row: Any, partition: int, time: int) -> None:
        value = orjson.dumps([asked, self._write(row)])
        headers = self._context.record.headers
        self._context.outputs.append(Record(self._topic, key, value, time, partition, -1, headers))
