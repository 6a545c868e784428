"""Ships a recording through a running pipeline and reads what the pipeline made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cli.environment.locations import ROOT
from cli.environment.progress import step
from cli.replaying.figures import Figures, figures
from embedded.shipper.record import Role
from embedded.shipper.recording import Recording, load
from embedded.shipper.shipping import Shipment, Times, ship
from infra import topics
from infra.observation import outcome as outcomes
from infra.observation.drain import await_drained
from infra.observation.outcome import Outcome
from infra.observation.topic import Reader
from infra.pipeline import join_times

BUNDLED: Final = ROOT / "recordings" / "explorer_beacon"
"""The attack that is replayed when no other recording is named."""
DEADLINE: Final = 120.0
"""Seconds within which the pipeline has to have worked off a replay."""
_JOINED: Final = frozenset({topics.ZEEK_CONN, topics.SYSMON_NETWORK, topics.OSQUERY_SOCKETS})
"""The topics that the attribution reads."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What to replay, where, and how."""

    bootstrap: str
    security: Mapping[str, str] = field(default_factory=dict)
    """What a Kafka client needs beside the address, by librdkafka's names."""
    run_directory: Path
    paths: Sequence[Path] = (BUNDLED,)
    keep_time: bool = False
    speed: float | None = None
    deadline: float = DEADLINE


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A replay that the pipeline has worked off."""

    recording: Recording
    shipment: Shipment
    outcome: Outcome
    figures: Figures


def run(replay: Replay) -> Replayed:
    """Replay, wait until all is worked off, and read the outcome. Progress is told on standard error.

    Raises:
        RecordingError: the recording cannot be read.
        ClaimError: no stretch of event time is free.
        DeliveryError: Kafka did not take everything.
        UnreachableError: Kafka does not answer, or the pipeline does not work it off in time.
    """
    times = join_times.read(ROOT / "ksql", {})
    with step("reading the recording") as reading:
        recording = load(replay.paths, lambda told: setattr(reading, "detail", told))
    reader = Reader(replay.bootstrap, replay.security)
    try:
        places = reader.ends(outcomes.READ)
        with step("shipping"):
            shipment = ship(
                recording,
                replay.bootstrap,
                Times(
                    keep=replay.keep_time,
                    speed=replay.speed,
                    run_directory=replay.run_directory,
                    window=times.window,
                    grace=times.grace,
                ),
                security=replay.security,
            )
        with step("waiting for the pipeline"):
            shipped = {record.topic for record, _ in shipment.records}
            await_drained(replay.bootstrap, _JOINED & shipped, replay.deadline, replay.security)
        with step("reading what became of it"):
            uids = {record.sign for record, _ in shipment.records if record.role is Role.FLOW}
            outcome = outcomes.read(reader, uids, places)
    finally:
        reader.close()
    return Replayed(
        recording=recording, shipment=shipment, outcome=outcome, figures=figures(recording, shipment, outcome)
    )


def has_seen_nothing(bootstrap: str, security: Mapping[str, str] | None = None) -> bool:
    """Whether no connection was ever shipped into this pipeline.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    reader = Reader(bootstrap, security)
    try:
        return not any(place.offset for place in reader.ends([topics.ZEEK_CONN]))
    finally:
        reader.close()
