"""Statements and records in, rows out: the engine's tests in the words of KSQL."""

import json
from dataclasses import dataclass
from typing import Any

from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.run import run


@dataclass(frozen=True)
class Row:
    """A record that came out: its key as text, its value decoded; None for a tombstone."""

    key: str | None
    value: Any
    timestamp: int


def record(topic: str, key: str | None, value: Any, timestamp: int = 0) -> Record:
    """A record with a text key and a JSON value; None for a tombstone, bytes as they are."""
    data = value if value is None or isinstance(value, bytes) else json.dumps(value).encode()
    return Record(topic, None if key is None else key.encode(), data, timestamp)


def rows(
    statements: str, records: list[Record], topic: str, letters: list[DeadLetter] | None = None
) -> list[Row]:
    """What arrives in `topic`, in order."""
    made = run(statements, records, dead_letters=letters)
    return [
        Row(
            None if each.key is None else each.key.decode(),
            None if each.value is None else json.loads(each.value),
            each.timestamp,
        )
        for each in made
        if each.topic == topic
    ]


def evaluated(expression: str, columns: str = "", value: dict[str, Any] | None = None) -> Any:
    """The value of an expression over one row of these columns."""
    statements = f"""
        CREATE STREAM s (k VARCHAR KEY, x INT{", " + columns if columns else ""})
          WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');
        CREATE STREAM o AS SELECT k, {expression} AS v FROM s;
    """
    (row,) = rows(statements, [record("s", "a", {"x": 1} | (value or {}))], "O")
    return row.value["V"]
