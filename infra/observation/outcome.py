"""What the pipeline made of some connections: the last word on each, from the topics themselves."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
from confluent_kafka import TopicPartition

from infra import topics
from infra.observation.probe import is_probe
from infra.observation.since import Span
from infra.observation.topic import Entry, Reader

UID: Final = "uid"
EVENT_ID: Final = "EVENT_ID"
READ: Final = (topics.ENRICHED, topics.UNATTRIBUTED, topics.MATCHES, topics.DETECTIONS)
"""The topics that an outcome is read from."""


class Sighting(NamedTuple):
    """An endpoint event as the join's rows identify it: who saw which process use which flow, and when."""

    source: str
    host: str
    community_id: str
    event_ms: int
    process: str
    """Its process id, or where the event has none, its GUID."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was concluded. Events are as their topics have them."""

    enriched: Mapping[str, dict[str, Any]]
    """The latest revision of each enriched event, by EVENT_ID."""
    unattributed: Mapping[str, dict[str, Any]]
    """By uid, what has no process and was not taken back."""
    sightings: Collection[Sighting]
    """The endpoint events that match a flow."""
    detections: Sequence[dict[str, Any]]
    """One for each rule and enriched event; the event is told by its EVENT_ID."""

    @property
    def attributed_uids(self) -> set[str]:
        """The connections that have a process."""
        return {event[UID] for event in self.enriched.values()}

    @property
    def reasons(self) -> dict[str, int]:
        """How many connections have no process, by reason, the most frequent first."""
        counted = Counter(str(row.get("REASON")) for row in self.unattributed.values())
        return dict(counted.most_common())


def read(reader: Reader, uids: Collection[str], places: Sequence[TopicPartition]) -> Outcome:
    """What was written since `places` about the connections with these uids.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    latest: dict[str, dict[bytes, dict[str, Any]]] = {topic: {} for topic in READ}
    sightings: set[Sighting] = set()
    for entry in reader.since(READ, places):
        row = orjson.loads(entry.value) if entry.value is not None else None
        if entry.topic == topics.MATCHES:
            if row is not None and row["UID"] in uids:
                sightings.add(_sighting(entry, row))
        elif row is None:
            latest[entry.topic].pop(entry.key or b"", None)
        elif row[UID] in uids:
            latest[entry.topic][entry.key or b""] = row
    return Outcome(
        enriched={row[EVENT_ID]: row for row in latest[topics.ENRICHED].values()},
        unattributed={row[UID]: row for row in latest[topics.UNATTRIBUTED].values()},
        sightings=sightings,
        detections=_once(latest[topics.DETECTIONS].values()),
    )


def within(reader: Reader, span: Span) -> Outcome:
    """What is concluded of all connections that began within a span; no probes, and no sightings.

    A connection of which it is not known when it began is in no span.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    wanted = (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS)
    latest: dict[str, dict[bytes, bytes]] = {topic: {} for topic in wanted}
    for entry in reader.since(wanted):
        rows, key = latest[entry.topic], entry.key or b""
        if entry.value is None:
            rows.pop(key, None)
        else:
            rows[key] = entry.value
    read = {
        topic: [
            row
            for row in map(orjson.loads, rows.values())
            if row.get("ts") is not None and span.holds(float(row["ts"])) and not is_probe(row)
        ]
        for topic, rows in latest.items()
    }
    return Outcome(
        enriched={row[EVENT_ID]: row for row in read[topics.ENRICHED]},
        unattributed={row[UID]: row for row in read[topics.UNATTRIBUTED]},
        sightings=(),
        detections=_once(read[topics.DETECTIONS]),
    )


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last word of each rule on each event: a second replay of a recording says it in another window."""
    return list({(row[EVENT_ID], row.get("RULE_ID") or row.get("DETECTION")): row for row in rows}.values())


def _sighting(entry: Entry, row: Mapping[str, Any]) -> Sighting:
    process = row["PROCESS_ID"] if row["PROCESS_ID"] is not None else row["PROCESS_GUID"]
    return Sighting(
        source=row["SOURCE"],
        host=row["HOSTNAME"],
        # The join's rows are keyed by the Community ID, which is therefore not in their value.
        community_id=row.get("FLOW_ID") or (entry.key or b"").decode(),
        event_ms=row["TS_MS"] + row["OFFSET_MS"],
        process=str(process),
    )
