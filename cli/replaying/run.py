"""Ships a recording through a running pipeline and reads what the pipeline made of it."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cli.environment.locations import ROOT
from cli.environment.progress import step
from cli.replaying import retention
from cli.replaying.figures import Figures, figures
from embedded.shipper.beats import Destination
from embedded.shipper.record import Role
from embedded.shipper.recording import Recording, load
from embedded.shipper.shipping import Shipment, Times, ship
from infra import topics
from infra.errors import UnreachableError
from infra.observation import outcome as outcomes
from infra.observation.drain import await_drained
from infra.observation.outcome import Outcome
from infra.observation.survey import broker, way
from infra.observation.topic import Reader
from infra.outputs import StackOutputs
from infra.pipeline import join_times

BUNDLED: Final = ROOT / "recordings" / "explorer_beacon"
"""The attack that is replayed when no other recording is named."""
_LOOK_EVERY: Final = 0.2
"""Seconds between two looks at where topics end."""
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
    beats: Destination | None = None
    """Where the logging server takes Beats' events; without it, records are written to Kafka."""
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


def beats_of(told: StackOutputs) -> Destination | None:
    """Where a stack takes Beats' events; None where it does not."""
    if not told.beats_address:
        return None
    return Destination(
        address=told.beats_address,
        ca_certificate=told.ca_certificate,
        certificate=told.beats_certificate,
        private_key=told.beats_private_key.get_secret_value(),
    )


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
        expected = Counter(record.topic for record in recording.records)
        before = written(reader, expected)
        if replay.keep_time:
            results = set(way.expected_topics(way.statements(ROOT / "ksql", ROOT / "detections")))
            retention.by_size_alone(replay.bootstrap, replay.security, results.difference(way.SOURCES))
        with step("shipping"):
            shipment = ship(
                recording,
                replay.bootstrap,
                Times(
                    keep=replay.keep_time,
                    newest=newest_seen(replay.bootstrap, replay.security),
                    speed=replay.speed,
                    run_directory=replay.run_directory,
                    window=times.window,
                    grace=times.grace,
                ),
                security=replay.security,
                beats=replay.beats,
            )
        with step("waiting for the pipeline"):
            if replay.beats is not None:
                await_arrival(reader, before + expected, replay.deadline)
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


def newest_seen(bootstrap: str, security: Mapping[str, str]) -> float | None:
    """The newest event time of the connections that a pipeline has concluded about; None before the first.

    Raises:
        UnreachableError: Kafka does not answer.
    """
    concluded = broker.topics(broker.client(bootstrap, security), (topics.MATCHES, topics.UNATTRIBUTED))
    return max((topic.latest for topic in concluded.values() if topic.latest is not None), default=None)


def written(reader: Reader, wanted: Iterable[str]) -> Counter[str]:
    """How many records each topic has had."""
    return Counter({topic: sum(place.offset for place in reader.ends([topic])) for topic in wanted})


def await_arrival(reader: Reader, expected: Counter[str], seconds: float) -> None:
    """Return once Logstash has written what it took: it acknowledges as soon as its queue has it.

    Raises:
        UnreachableError: it did not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while missing := expected - written(reader, expected):
        if time.monotonic() > deadline:
            raise UnreachableError(
                f"Logstash took the recording and has not written {missing.total()} records of it to Kafka "
                f"({', '.join(sorted(missing))})",
                "Look at its log (docker logs) and at the topic dead-letters.",
            )
        time.sleep(_LOOK_EVERY)


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
