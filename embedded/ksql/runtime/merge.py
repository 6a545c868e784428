"""The order in which the records of several partitions are taken."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from embedded.ksql.record import Record

R = TypeVar("R")


def _timestamp(item: tuple[Record, R]) -> int:
    return item[0].timestamp


def merged(inputs: Sequence[Sequence[tuple[Record, R]]]) -> Iterable[tuple[Record, R]]:
    """Merge the partitions: the one whose next record is the oldest comes first.

    A partition's own order is kept, and of equals the earlier input comes first, so the result depends on
    nothing but the input. Kafka Streams chooses in the same way (Kafka documentation, `max.task.idle.ms`).

    Args:
        inputs: for each partition its records in order, each with whatever belongs to it.
    """
    if len(inputs) == 1:
        return inputs[0]
    return _merged(inputs)


def _merged(inputs: Sequence[Sequence[tuple[Record, R]]]) -> Iterator[tuple[Record, R]]:
    yield from heapq.merge(*inputs, key=_timestamp)
