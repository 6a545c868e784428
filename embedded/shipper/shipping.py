"""Ships a recording: moves its event times, and writes its records in the order of arrival."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from embedded.shipper import claim, collecting
from embedded.shipper.beats import BeatsWriter, Destination, sending
from embedded.shipper.event_time import moved, shifted
from embedded.shipper.producer import Writer, writing
from embedded.shipper.record import DeadLetter, Record
from embedded.shipper.recording import Recording, Told
from infra import topics

_POLL_EVERY: Final = 1000
_BURIED: Final = 100_000
"""Bytes of a dead letter's line that are kept; each may take six in JSON, and Kafka takes 1 MB in all."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """Which event times a replay gives its records, and how fast it goes."""

    keep: bool = False
    """As recorded; nothing keeps such a replay from matching another."""
    newest: float | None = None
    """The latest event time that the pipeline has seen, in seconds since 1970; None for none."""
    speed: float | None = None
    """1 is real time, 10 ten times as fast, None as fast as possible."""
    run_directory: Path
    """Where the stack's replays note the stretches that they hold."""
    window: float
    """Seconds, the join's."""
    grace: float
    """Seconds, the join's."""


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """What was written to Kafka."""

    records: list[tuple[Record, float]]
    """Each record, and the event time that it was given, in seconds since 1970."""
    dead_letters: int
    start: float
    end: float
    """The stretch of event time, in seconds since 1970."""
    seconds: float
    """How long it took, until Kafka had everything."""


def ship(
    recording: Recording,
    bootstrap: str,
    times: Times,
    tell: Told = lambda _: None,
    *,
    security: Mapping[str, str] | None = None,
    beats: Destination | None = None,
) -> Shipment:
    """Write the whole recording to Kafka, or hand it to a Beats input in front of it.

    Raises:
        ClaimError: no stretch of event time is free, or the recording's own is too long ago.
        DeliveryError: Kafka did not take everything.
    """
    corrections = [recording.correction(record) for record in recording.records]
    moments = [
        record.time + correction for record, correction in zip(recording.records, corrections, strict=True)
    ]
    arrivals = [
        record.arrival + correction for record, correction in zip(recording.records, corrections, strict=True)
    ]
    order = sorted(range(len(arrivals)), key=arrivals.__getitem__)
    first, last = min(moments), max(arrivals)
    if times.keep:
        claim.refuse_late(moments, newest=times.newest, grace=times.grace)
    shift = _shift(first, last, arrivals[order[0]], times)
    tell(f"shipping {len(order)} records")
    began = time.monotonic()
    with collecting.held_back(), _outlet(bootstrap, security, beats) as writer:
        for position in _paced(order, arrivals, times.speed):
            record = recording.records[position]
            line = shifted(record, corrections[position] + shift)
            writer.send(record.topic, record.key.encode(), line)
            if not position % _POLL_EVERY:
                writer.poll()
        _bury(recording.dead_letters, writer)
    return Shipment(
        records=[
            (recording.records[position], moved(recording.records[position], corrections[position] + shift))
            for position in order
        ],
        dead_letters=len(recording.dead_letters),
        start=first + shift,
        end=last + shift,
        seconds=time.monotonic() - began,
    )


def _outlet(
    bootstrap: str, security: Mapping[str, str] | None, beats: Destination | None
) -> AbstractContextManager[Writer | BeatsWriter]:
    return writing(bootstrap, security) if beats is None else sending(beats)


def _shift(first: float, last: float, first_arrival: float, times: Times) -> float:
    """Seconds to move everything by: whole ones, since Osquery's clock has no finer step."""
    if times.keep:
        return 0.0
    takes = (last - first_arrival) / times.speed if times.speed else 0.0
    end = claim.claim(
        times.run_directory,
        span=last - first,
        end=time.time() + takes,
        window=times.window,
        grace=times.grace,
    )
    return float(int(end - last))


def _paced(order: Sequence[int], arrivals: Sequence[float], speed: float | None) -> Iterator[int]:
    """The positions, each when its time has come."""
    began, first = time.monotonic(), arrivals[order[0]]
    for position in order:
        if speed:
            wait = began + (arrivals[position] - first) / speed - time.monotonic()
            if wait > 0:
                time.sleep(wait)
        yield position


def _bury(letters: Sequence[DeadLetter], writer: Writer | BeatsWriter) -> None:
    for letter in letters:
        told = {
            "topic": None,
            "source": letter.source,
            "line": letter.number,
            "reason": letter.reason,
            "record": letter.line[:_BURIED].decode(errors="backslashreplace"),
        }
        writer.send(topics.DEAD_LETTERS, letter.source.encode(), orjson.dumps(told))
