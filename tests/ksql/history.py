"""Many happenings in one history: each days after the one before it, on hosts and with ids of its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from embedded.ksql.record import Record
from tests.ksql.fusion import ARRIVAL
from tests.ksql.records import record
from tests.ksql.reference import DAY_MS
from tests.ksql.seen import Conn, Created, Seen, Socket

APART_MS: Final = 4 * DAY_MS
"""More than the grace and a day on either side, so that no happening meets another."""


def moved(item: Seen, number: int) -> Seen:
    """Something seen, moved to its place in the history."""
    if isinstance(item, Conn):
        return replace(item, uid=f"{item.uid}-{number}", ts=item.ts + number * APART_MS)
    host = f"H{number}-{item.host}"
    if isinstance(item, Socket):
        guid = item.guid and f"{number}{item.guid}"
        return replace(item, host=host, guid=guid, ms=item.ms + number * APART_MS)
    if isinstance(item, Created):
        return replace(item, host=host, guid=f"{number}{item.guid}")
    return replace(item, host=host)


def told(happenings: Iterable[Sequence[Seen]]) -> list[list[Seen]]:
    """The happenings, each at its place."""
    return [[moved(item, number) for item in seen] for number, seen in enumerate(happenings)]


def records(history: Iterable[Sequence[Seen]]) -> Iterator[Record]:
    """What arrives, in order; times of arrival follow the times of what happened."""
    for number, seen in enumerate(history):
        for place, item in enumerate(seen):
            yield record(item, ARRIVAL + number * APART_MS + place)
