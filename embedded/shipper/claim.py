"""Stretches of event time, each claimed by one replay, so that no two on a stack match each other.

A replayed recording carries the same Community IDs every time. Two replays with the same event times would
be taken for one another; so each gets a stretch of its own, the latest that is free, within the time that
the pipeline waits for late events.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from embedded.shipper.errors import ClaimError

FILE: Final = "replayed.json"
"""In the stack's run directory: what is claimed, as `[[start, end], ...]` in seconds since 1970."""


def claim(directory: Path, *, span: float, end: float, window: float, grace: float) -> float:
    """Claim the latest free stretch for a recording; return its end in seconds since 1970.

    Args:
        directory: the stack's run directory.
        span: how long the recording is, in seconds of event time.
        end: the latest moment that the stretch may end at; usually now.
        window: how far apart a flow and an endpoint event may be and still be joined, in seconds; the
            stretches keep twice that distance.
        grace: how late an event may be and still be joined, in seconds.

    Raises:
        ClaimError: none is free within the grace period.
    """
    apart = 2 * window
    with _locked(directory) as file:
        taken = sorted(orjson.loads(file.read_bytes() or b"[]"), reverse=True)
        candidate = float(int(end))
        for start, stop in taken:
            if start - apart < candidate and stop + apart > candidate - span:
                candidate = float(int(start - apart))
        earliest = end - grace
        if span > grace:
            raise ClaimError(
                f"this recording spans {span / 3600:.1f} h, and the pipeline takes late events for "
                f"{grace / 3600:.0f} h only",
                "Replay a part of it, or all of it at its own times on a stack that has seen nothing: "
                "./lab destroy, ./lab up --no-replay, ./lab replay --keep-time.",
            )
        if candidate - span < earliest:
            raise ClaimError(
                f"this recording spans {span / 3600:.1f} h, and no such stretch of event time is free within "
                f"the {grace / 3600:.0f} h for which the pipeline takes late events ({len(taken)} are taken)",
                "Wait until stretches become free, or replay it on a fresh stack: ./lab destroy, "
                "./lab up --no-replay.",
            )
        kept = [[start, stop] for start, stop in taken if stop + apart > earliest]
        file.write_bytes(orjson.dumps([*kept, [candidate - span, candidate]]))
    return candidate


def refuse_late(moments: Sequence[float], *, newest: float | None, grace: float) -> None:
    """Refuse a recording at its own times of which a pipeline would take nothing, or a part.

    Args:
        moments: the recording's event times, in seconds since 1970.
        newest: the latest event time that the pipeline has seen; None when it has seen nothing.
        grace: how late an event may be and still be joined, in seconds.

    Raises:
        ClaimError: some are too late.
    """
    if newest is None:
        return
    late = sum(moment < newest - grace for moment in moments)
    if late:
        raise ClaimError(
            f"{late:,} of {len(moments):,} records are more than {grace / 3600:.0f} h older than the newest "
            f"that the pipeline has seen ({datetime.fromtimestamp(newest, UTC):%Y-%m-%d %H:%M} UTC), so it "
            "would drop them",
            "Replay it without --keep-time, or on a stack that has seen nothing: ./lab destroy, "
            "./lab up --no-replay.",
        )


@contextmanager
def _locked(directory: Path) -> Iterator[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / FILE
    with (directory / f"{FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path.touch()
        yield path
