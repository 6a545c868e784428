"""Statements and records in, records out: the engine without Kafka, everything in memory."""

from collections.abc import Iterable, Mapping

from embedded.ksql.record import DeadLetter, Record


def run(
    statements: str,
    records: Iterable[Record],
    properties: Mapping[str, object] | None = None,
    dead_letters: list[DeadLetter] | None = None,
) -> list[Record]:
    """Everything that the queries of `statements` write for `records`, in the order of writing.

    Each record goes through every query to the end before the next one is taken. A topic has one
    partition. Records in internal topics are not returned.

    Args:
        statements: KSQL text.
        records: input, in order.
        properties: the engine's properties.
        dead_letters: receives what could not be processed.

    Raises:
        KsqlError: a statement is refused.
    """
    raise NotImplementedError
