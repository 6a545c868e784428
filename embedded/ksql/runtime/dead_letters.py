"""Records that could not be processed, as they are written to the topic of dead letters."""

import base64
import time
from typing import Final

import orjson

from embedded.ksql.catalog import TopicSpec
from embedded.ksql.record import DeadLetter, Record
from infra import topics

SPEC: Final = TopicSpec(topics.DEAD_LETTERS)
KEPT: Final = 50_000
"""Bytes of key and of value that a dead letter repeats: each may take six in JSON, and Kafka takes 1 MB."""


def _text(data: bytes | None) -> dict[str, object] | None:
    if data is None:
        return None
    cut: dict[str, object] = {"bytes": len(data)} if len(data) > KEPT else {}
    try:
        return {"text": data.decode("utf-8")[:KEPT], **cut}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data[:KEPT]).decode("ascii"), **cut}


def to_record(letter: DeadLetter) -> Record:
    """The dead letter as JSON: where the record was, which query met it, why it failed, and the record.

    `record` has `key` and `value`, each null or an object with `text`, or `base64` when it is no UTF-8, and
    the record's `timestamp` in ms. Of a long one the beginning is repeated, and `bytes` says how long it is.
    `offset` is -1 for a record that was handed on within an instance.
    """
    now = int(time.time() * 1000)
    value = {
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "query": letter.query_id,
        "reason": letter.reason,
        "record": {
            "key": _text(letter.record.key),
            "value": _text(letter.record.value),
            "timestamp": letter.record.timestamp,
        },
        "timestamp": now,
    }
    return Record(topics.DEAD_LETTERS, letter.topic.encode(), orjson.dumps(value), now)
