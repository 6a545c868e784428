"""The figures of a replay: what was shipped, and what the running pipeline made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from embedded.shipper.record import Form, Record, Role
from embedded.shipper.recording import Recording
from embedded.shipper.shipping import Shipment
from infra.observation.outcome import Outcome, Sighting

_SOURCES: Final = {Form.WINLOGBEAT: "sysmon", Form.OSQUERY: "osquery"}
"""What the statements call the agents."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts of one replay. `matched_events` are endpoint events that match at least one flow."""

    flows: int
    endpoint_events: int
    matched_events: int
    attributed_flows: int
    unattributed: Mapping[str, int]
    """How many flows have no process, by reason."""
    dead_letters: int
    offsets: Mapping[str, float | None]
    """Each host's clock minus the sensor's in seconds, None where the records do not show it."""

    @property
    def unexplained(self) -> int:
        """Flows that are neither attributed nor unattributed: a fault of the pipeline."""
        return self.flows - self.attributed_flows - sum(self.unattributed.values())

    def as_json(self) -> dict[str, Any]:
        """The object that `lab replay --json` prints."""
        return {
            "flows": self.flows,
            "endpoint_events": self.endpoint_events,
            "matched_events": self.matched_events,
            "attributed_flows": self.attributed_flows,
            "unattributed": dict(self.unattributed),
            "dead_letters": self.dead_letters,
            "offsets": dict(self.offsets),
        }


def figures(recording: Recording, shipment: Shipment, outcome: Outcome) -> Figures:
    """Count."""
    endpoint = [(record, moment) for record, moment in shipment.records if record.role is Role.ENDPOINT]
    return Figures(
        flows=sum(record.role is Role.FLOW for record, _ in shipment.records),
        endpoint_events=len(endpoint),
        matched_events=sum(sighting(record, moment) in outcome.sightings for record, moment in endpoint),
        attributed_flows=len(outcome.attributed_uids),
        unattributed=outcome.reasons,
        dead_letters=shipment.dead_letters,
        offsets=recording.clock_by_name(),
    )


def sighting(record: Record, moment: float) -> Sighting:
    """How the join's rows identify an endpoint event that was given this event time."""
    return Sighting(
        source=_SOURCES[record.form],
        host=record.key,
        community_id=record.community_id or "",
        event_ms=round(moment * 1000),
        process=record.sign,
    )
