"""A clock that is off: a host's against the sensor's, or a server's against this machine's."""

from collections.abc import Iterator
from typing import Final

from infra import topics
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Clock, DeadLetters, Survey

NAME: Final = "wrong clock"
_AHEAD: Final = "ahead of its arrival"
"""What ksql/21_dead_letters.ksql says of an event from the future."""
_ENOUGH: Final = 3
"""So few events may be chance: a five-tuple comes back."""
_TOLERATED: Final = 10.0
"""Seconds between this machine and a server: more makes certificates and searches by time go wrong."""


def tells(letters: DeadLetters) -> bool:
    """Whether it is a clock that made dead letters of these."""
    return _AHEAD in letters.reason


def find(survey: Survey) -> Iterator[Finding]:
    """Each clock that is off by so much that events find no match, or soon will."""
    for letters in filter(tells, survey.recent_dead_letters):
        yield Finding(
            fault=NAME,
            hop=hop.topic(letters.topic),
            what=f"dead letters of {letters.topic}: {letters.count}, {letters.reason}. The last: "
            f"{letters.record}",
            causes="The host does not synchronise its clock, or was set to another date.",
            remedy="On the host: w32tm /resync /force (Windows), timedatectl set-ntp true (Linux). The "
            f"events are in the topic {topics.DEAD_LETTERS}, and no others are harmed.",
        )
    for clock in survey.clocks:
        if _misses(clock, survey.window_seconds):
            yield _of_host(
                clock,
                f"the clock of {clock.host} is {_off(clock.offset_seconds)} the sensor's, more than the "
                f"attribution window of {survey.window_seconds:.0f} s: {clock.near_misses} of its "
                "events found no connection",
            )
        elif clock.matches >= _ENOUGH and abs(clock.offset_seconds) > survey.window_seconds / 2:
            yield _of_host(
                clock,
                f"the clock of {clock.host} is {_off(clock.offset_seconds)} the sensor's, more than half "
                f"of the attribution window of {survey.window_seconds:.0f} s",
            )
    for service in survey.services.values():
        if service.clock_ahead is not None and abs(service.clock_ahead) > _TOLERATED:
            yield Finding(
                fault=NAME,
                hop=hop.service(service.kind),
                what=f"the clock of {hop.service(service.kind)} at {service.address} is "
                f"{_off(service.clock_ahead)} this machine's",
                causes="One of the two machines does not synchronise its clock.",
                remedy="timedatectl status on both; timedatectl set-ntp true where it is not synchronised.",
            )


def _misses(clock: Clock, window: float) -> bool:
    """A clock that is off moves all events alike; a five-tuple that comes back, each by something else."""
    return (
        clock.near_misses >= _ENOUGH
        and clock.near_misses > clock.matches
        and abs(clock.offset_seconds) > window
        and clock.largest - clock.smallest < 2 * window
    )


def _off(seconds: float) -> str:
    return f"{abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'}"


def _of_host(clock: Clock, what: str) -> Finding:
    return Finding(
        fault=NAME,
        hop=hop.source(clock.host),
        what=what,
        causes="The host does not synchronise its clock, or with another server than the sensor does.",
        remedy="On the host: w32tm /resync /force (Windows), timedatectl set-ntp true (Linux). The "
        "connections of meanwhile stay unattributed, with the reason.",
    )
