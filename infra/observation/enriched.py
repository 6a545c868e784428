"""Enriched events out of their topic: the latest of each, and those that arrive; no probes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from infra import topics
from infra.observation.outcome import EVENT_ID
from infra.observation.probe import is_probe
from infra.observation.since import EVER, Span
from infra.observation.topic import Reader

Event = dict[str, Any]

_CONTAINS: Final = {"process": "PROCESS_NAME", "host": "HOSTNAME", "user": "USERNAME"}
"""The fields that a wish is looked for in, in any case."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which events are wanted; what is None does not matter."""

    process: str | None = None
    host: str | None = None
    user: str | None = None
    address: str | None = None
    community_id: str | None = None
    span: Span = EVER
    """When it began."""

    def fits(self, event: Mapping[str, Any]) -> bool:
        """Whether an event is wanted; a probe of the lab's own never is."""
        if is_probe(event):
            return False
        for name, field in _CONTAINS.items():
            sought = getattr(self, name)
            if sought is not None and sought.casefold() not in str(event.get(field)).casefold():
                return False
        if not self.span.holds(float(event["ts"])):
            return False
        if self.address is not None and self.address not in {event.get("id.orig_h"), event.get("id.resp_h")}:
            return False
        return self.community_id is None or self.community_id == event.get("community_id")


def latest(reader: Reader, wish: Wish, limit: int | None = None) -> list[Event]:
    """The latest revision of each wanted event, in the order of event time; the last `limit` of them.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    revised: dict[str, Event] = {}
    for entry in reader.since([topics.ENRICHED]):
        if entry.value is not None:
            event = orjson.loads(entry.value)
            revised[event[EVENT_ID]] = event
    wanted = sorted(
        (event for event in revised.values() if wish.fits(event)), key=lambda event: float(event["ts"])
    )
    return wanted[-limit:] if limit else wanted


def arriving(reader: Reader, wish: Wish) -> Iterator[Event]:
    """Each revision of a wanted event that is written from now on, without end."""
    for entry in reader.following([topics.ENRICHED]):
        if entry.value is not None:
            event = orjson.loads(entry.value)
            if wish.fits(event):
                yield event
