"""A perfect join, made with the whole recording in hand: what the running pipeline has to equal."""

from collections import defaultdict
from typing import NamedTuple

from embedded.shipper.record import Record, Role
from embedded.shipper.recording import Recording

WINDOW = 60.0
"""Seconds, as ksql/ has it."""


class Joined(NamedTuple):
    """How many endpoint events match a flow, and how many flows match an endpoint event."""

    events: int
    flows: int


def join(recording: Recording) -> Joined:
    """Every pair with one Community ID whose times, clocks put right, are within the window."""
    flows: dict[str, list[Record]] = defaultdict(list)
    for record in recording.records:
        if record.role is Role.FLOW and record.community_id:
            flows[record.community_id].append(record)
    matched, found = 0, set()
    for record in recording.records:
        if record.role is Role.ENDPOINT and record.community_id:
            at = record.time + recording.correction(record)
            hits = {flow.sign for flow in flows[record.community_id] if abs(flow.time - at) <= WINDOW}
            matched += bool(hits)
            found |= hits
    return Joined(matched, len(found))
