"""Records that could not be processed, as they are written to the topic of dead letters."""

import base64
import time
from typing import Final

import orjson

from embedded.ksql.catalog import TopicSpec
from embedded.ksql.record import DeadLetter, Record
from infra import topics

SPEC: Final = TopicSpec(topics.DEAD_LETTERS)


def _text(data: bytes | None) -> dict[str, str] | None:
    if data is None:
        return None
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def to_record(letter: DeadLetter) -> Record:
    """The dead letter as JSON: where the record was, which query met it, why it failed, and the record.

    `record` has `key` and `value`, each null or an object with `text`, or `base64` when it is no UTF-8, and
    the record's `timestamp` in ms. `offset` is -1 for a record that was handed on within an instance.
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
