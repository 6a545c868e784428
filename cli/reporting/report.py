"""What a report tells, as figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any, Final

from cli.reporting import talkers
from cli.reporting.talkers import NOT_KNOWN, Talker
from cli.reporting.timeline import Timeline, timeline
from infra.observation.outcome import EVENT_ID, UID, Outcome
from infra.observation.survey.seen import Clock

_REGULAR: Final = 0.35
"""Gaps whose standard deviation is a smaller share of their mean are told as a rhythm: chance makes it 1."""
_RHYTHM: Final = 5
"""Connections below which a rhythm may be chance."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """A name, how often, and the share of all, 0 to 1."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Detected:
    """The connections of one process to one address that one detection is about."""

    detection: str
    level: str
    process: str
    host: str
    user: str
    peer: str
    connections: int
    octets: int
    first: float
    last: float
    every: float | None
    """Seconds from one to the next, where they are regular."""
    community_ids: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it. Times are event time, in seconds since 1970."""

    title: str
    made_at: float
    first: float | None
    last: float | None
    connections: int
    attributed: int
    detected: int
    reasons: Sequence[Count]
    hosts: Sequence[Count]
    seen_by: Sequence[Count]
    """Enriched events by the agents that saw them."""
    detections: Sequence[Detected]
    timeline: Timeline
    processes: Sequence[Talker]
    peers: Sequence[Talker]
    originators: Sequence[Talker]
    clocks: Sequence[Clock]
    taken_off: Mapping[str, float | None]
    """Offsets that a replay measured and took off before anything was joined; None where it could not."""

    @property
    def share(self) -> float | None:
        """Attributed connections among all, 0 to 1; None where there are none."""
        return self.attributed / self.connections if self.connections else None


def report(
    outcome: Outcome,
    *,
    title: str,
    made_at: float,
    clocks: Sequence[Clock] = (),
    taken_off: Mapping[str, float | None] | None = None,
) -> Report:
    """Count what was concluded."""
    enriched, rest = list(outcome.enriched.values()), list(outcome.unattributed.values())
    flows = {event[UID]: event for event in (*rest, *enriched)}
    known = outcome.attributed_uids
    detected = frozenset(row[UID] for row in outcome.detections)
    began = {uid: float(event["ts"]) for uid, event in flows.items()}
    return Report(
        title=title,
        made_at=made_at,
        first=min(began.values(), default=None),
        last=max(began.values(), default=None),
        connections=len(flows),
        attributed=len(known),
        detected=len(detected),
        reasons=_counts(str(row.get("REASON")) for uid, row in flows.items() if uid not in known),
        hosts=_counts(str(event.get("HOSTNAME") or NOT_KNOWN) for event in enriched),
        seen_by=_counts(" and ".join(event.get("SOURCES") or [NOT_KNOWN]) for event in enriched),
        detections=_detections(outcome),
        timeline=timeline(
            [at for uid, at in began.items() if uid in known],
            [at for uid, at in began.items() if uid not in known],
            [at for uid, at in began.items() if uid in detected],
        ),
        processes=talkers.processes(enriched, detected),
        peers=talkers.peers(flows.values(), detected),
        originators=talkers.originators(flows.values(), detected),
        clocks=clocks,
        taken_off=taken_off or {},
    )


def _counts(names: Iterable[str]) -> list[Count]:
    counted = Counter(names)
    return [
        Count(name=name, count=count, share=count / counted.total()) for name, count in counted.most_common()
    ]


def _detections(outcome: Outcome) -> list[Detected]:
    """One for each detection, process and peer: what a person would look into as one thing."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in outcome.detections:
        event = outcome.enriched.get(row[EVENT_ID], row)
        peer = event.get("id.orig_h" if event.get("SIDE") == "responder" else "id.resp_h")
        identity = (
            str(row.get("DETECTION")),
            str(row.get("LEVEL") or ""),
            talkers.process(event),
            str(event.get("HOSTNAME") or NOT_KNOWN),
            str(event.get("USERNAME") or NOT_KNOWN),
            str(peer),
        )
        groups.setdefault(identity, []).append(event)
    found = [_detected(identity, events) for identity, events in groups.items()]
    return sorted(found, key=lambda detected: (detected.first, detected.detection))


def _detected(identity: tuple[str, ...], events: list[dict[str, Any]]) -> Detected:
    events.sort(key=lambda event: float(event["ts"]))
    detection, level, process, host, user, peer = identity
    moments = [float(event["ts"]) for event in events]
    return Detected(
        detection=detection,
        level=level,
        process=process,
        host=host,
        user=user,
        peer=peer,
        connections=len(events),
        octets=sum((event.get("orig_bytes") or 0) + (event.get("resp_bytes") or 0) for event in events),
        first=moments[0],
        last=moments[-1],
        every=_rhythm(moments),
        community_ids=list(dict.fromkeys(str(event.get("community_id")) for event in events)),
    )


def _rhythm(moments: Sequence[float]) -> float | None:
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    if len(moments) < _RHYTHM or not (mean := fmean(gaps)):
        return None
    return mean if pstdev(gaps) < _REGULAR * mean else None
