"""A canary, and how long it takes to be found in Splunk with its process."""

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import LabError
from infra.observation import splunk_search
from infra.observation.hops import first_missing
from infra.observation.probe import PROCESS, PROCESS_ID, Probe
from infra.outputs import StackOutputs

_LOOK_EVERY: Final = 0.05
"""Seconds between two searches: Splunk does not tell of itself that an event has come."""
_PERCENTILES: Final = 100


class CanaryLostError(LabError):
    """A connection that was made, and did not come out as what it was."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A connection that one process makes. `uid` is known beforehand only where the lab plays the sensor."""

    community_id: str
    process_name: str
    process_id: int
    uid: str | None = None

    def is_shown_by(self, event: Mapping[str, Any]) -> bool:
        """Whether an enriched event is this very connection, with this very process."""
        return (
            event["community_id"] == self.community_id
            and self.uid in (None, event["uid"])
            and str(event["PROCESS_NAME"]).casefold() == self.process_name.casefold()
            and int(event["PROCESS_ID"] or 0) == self.process_id
        )


def of_probe(probe: Probe) -> Canary:
    """What shall be found of a probe."""
    return Canary(community_id=probe.community_id, process_name=PROCESS, process_id=PROCESS_ID, uid=probe.uid)


def await_found(told: StackOutputs, canary: Canary, patience: float) -> dict[str, Any]:
    """Return the event in Splunk that shows a canary.

    Raises:
        CanaryLostError: it is not there within `patience` seconds; says how far it got.
        UnreachableError: Splunk does not answer.
    """
    search = f'index={told.splunk_index} community_id="{canary.community_id}"'
    deadline = time.monotonic() + patience
    while True:
        events: list[dict[str, Any]] = [json.loads(row["_raw"]) for row in splunk_search.rows(told, search)]
        for event in events:
            if canary.is_shown_by(event):
                return event
        if time.monotonic() > deadline:
            raise _lost(told, canary, events, patience)
        time.sleep(_LOOK_EVERY)


def _lost(
    told: StackOutputs, canary: Canary, events: Sequence[Mapping[str, Any]], patience: float
) -> CanaryLostError:
    what = f"the canary {canary.community_id} is not in Splunk with its process after {patience:.0f} s"
    if events:
        found = {f"{event['PROCESS_NAME']} ({event['PROCESS_ID']})" for event in events}
        wanted = f"{canary.process_name} ({canary.process_id})"
        return CanaryLostError(
            f"{what}: found is {', '.join(sorted(found))}, made it has {wanted}",
            "Compare the clocks and the process ids: ./lab events --community-id shows all of it.",
        )
    missing = first_missing(told, canary.community_id)
    if missing is None:
        return CanaryLostError(f"{what}: it is just coming", "Splunk is slow: look at its log and its disk.")
    return CanaryLostError(f"{what}: it did not get to {missing.name}", f"Look at {missing.look}.")


@dataclass(frozen=True, kw_only=True)
class Latency:
    """How long some canaries took, in seconds."""

    canaries: int
    p50: float
    p95: float

    def __str__(self) -> str:
        times = f"p50 {self.p50:.2f} s, p95 {self.p95:.2f} s"
        return f"{self.canaries} canaries, each found in Splunk with its process: {times}"


def latency(seconds: Sequence[float]) -> Latency:
    """The percentiles of at least two canaries' times, interpolated between them."""
    cuts = statistics.quantiles(seconds, n=_PERCENTILES, method="inclusive")
    return Latency(canaries=len(seconds), p50=cuts[49], p95=cuts[94])
