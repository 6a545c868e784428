"""Measures how far each host's clock is from the sensor's, from the records themselves.

A flow and the socket event of its process carry one Community ID and happened at one time. What their two
times differ by is the clocks' offset, constant per host to within milliseconds, but for flows whose first
packets the sensor missed, and for pairs that agree by chance, whose differences lie anywhere. So the offset
is where the differences of many *different* five-tuples crowd together, and where no crowd is denser than
chance would make it, there is none.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

from embedded.shipper.record import Record, Role

CROWD_SECONDS: Final = 1.0
"""How close together the differences of a true offset lie: jitter is milliseconds."""
LEAST_SUPPORT: Final = 3
"""Fewer different flows than this never prove an offset."""
CHANCE: Final = 1e-3
"""The most crowds as dense as the one found that chance alone may be expected to make."""
MANY_REPETITIONS: Final = 16
"""A five-tuple that comes back more often than this says nothing about clocks."""


@dataclass(frozen=True, kw_only=True)
class Offset:
    """A host's clock minus the sensor's, None where the records do not show it, and how many flows do."""

    seconds: float | None
    support: int


class _Difference(NamedTuple):
    seconds: float
    community_id: str


def host_of(name: str) -> str:
    """One name for a host that Sysmon calls `PC.corp.example` and Osquery `pc`; an address stays."""
    return name.casefold() if name.replace(".", "").isdecimal() else name.partition(".")[0].casefold()


def measure(records: Iterable[Record]) -> dict[str, Offset]:
    """The offset of every host (by `host_of`) that has endpoint events."""
    flows: dict[str, list[float]] = defaultdict(list)
    events: list[Record] = []
    for record in records:
        if record.role is Role.ENDPOINT:
            events.append(record)
        elif record.role is Role.FLOW and record.community_id and record.distinctive:
            flows[record.community_id].append(record.time)
    uses = Counter((event.key, event.community_id) for event in events)
    by_host: dict[str, dict[float, list[_Difference]]] = {host_of(event.key): {} for event in events}
    for event in events:
        identifier = event.community_id
        if not identifier or not event.distinctive or uses[event.key, identifier] > MANY_REPETITIONS:
            continue
        times = flows.get(identifier, ())
        if len(times) > MANY_REPETITIONS:
            continue
        # A clock that steps a second shows half a second less than it is, on average.
        middle = event.time + event.resolution / 2
        clock = by_host[host_of(event.key)].setdefault(event.resolution, [])
        clock.extend(_Difference(middle - time, identifier) for time in times)
    return {host: _offset(clocks) for host, clocks in by_host.items()}


def _offset(by_resolution: Mapping[float, list[_Difference]]) -> Offset:
    """From the finest clock reading that shows one."""
    best = Offset(seconds=None, support=0)
    for resolution in sorted(by_resolution):
        found = _crowd(by_resolution[resolution], CROWD_SECONDS + resolution)
        if found.seconds is not None:
            return found
        best = max(best, found, key=lambda offset: offset.support)
    return best


def _crowd(differences: list[_Difference], width: float) -> Offset:
    """The `width` seconds with the differences of most different five-tuples, if that is no chance."""
    ordered = sorted(differences)
    inside: Counter[str] = Counter()
    first, best, bounds = 0, 0, (0, 0)
    for last, difference in enumerate(ordered):
        inside[difference.community_id] += 1
        while difference.seconds - ordered[first].seconds > width:
            leaving = ordered[first].community_id
            inside[leaving] -= 1
            if not inside[leaving]:
                del inside[leaving]
            first += 1
        if len(inside) > best:
            best, bounds = len(inside), (first, last + 1)
    if best < LEAST_SUPPORT or _expected_by_chance(ordered, best, width) > CHANCE:
        return Offset(seconds=None, support=best)
    crowd = [difference.seconds for difference in ordered[bounds[0] : bounds[1]]]
    return Offset(seconds=round(median(crowd), 3), support=best)


def _expected_by_chance(ordered: list[_Difference], support: int, width: float) -> float:
    """How many stretches as dense were to be expected, were the differences scattered evenly (Poisson).

    Over an hour, or as much time as they span, whichever is more.
    """
    spread = max(3600.0, ordered[-1].seconds - ordered[0].seconds)
    mean = len(ordered) * width / spread
    tail = math.exp(support * math.log(mean) - mean - math.lgamma(support + 1))
    # Beyond `support` each further term is smaller by at least mean/support: a geometric series bounds them.
    return math.inf if mean >= support else spread / width * tail / (1 - mean / support)
