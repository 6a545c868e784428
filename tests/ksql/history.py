"""Many happenings in one history, at the same time: each on hosts and addresses, and with ids, of its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, seed, settings

from embedded.ksql.record import Record
from tests.ksql.cases.all import CASES
from tests.ksql.fusion import ARRIVAL
from tests.ksql.records import record
from tests.ksql.reference import DAY_MS
from tests.ksql.seen import Conn, Created, Listed, Seen, Socket
from tests.ksql.strategies import happenings

SPARE_GROUP = re.compile(r":77(?=:)")
"""The group of our IPv6 addresses that tells happenings apart; of IPv4 it is the third number."""


def own(address: str, number: int) -> str:
    """An address that only this happening uses."""
    if ":" in address:
        return SPARE_GROUP.sub(f":{number + 0x100:x}", address)
    return re.sub(r"\.\d+(\.\d+)$", rf".{number}\1", address)


def moved(item: Seen, number: int, days: int) -> Seen:
    """Something seen, as this happening's own, so many days later. A Community ID need not be right to be joined on."""
    match item:
        case Conn():
            return replace(
                item,
                uid=f"{item.uid}-{number}",
                ts=item.ts + days * DAY_MS,
                orig_h=own(item.orig_h, number),
                resp_h=own(item.resp_h, number),
                community_id=item.community_id and f"{item.community_id}-{number}",
            )
        case Socket():
            return replace(
                item,
                host=f"H{number}-{item.host}",
                guid=item.guid and f"{number}{item.guid}",
                ms=item.ms + days * DAY_MS,
                local=(own(item.local[0], number), item.local[1]),
                remote=(own(item.remote[0], number), item.remote[1]),
                community_id=item.community_id and f"{item.community_id}-{number}",
            )
        case Created(ms=ms):
            at = ms + days * DAY_MS
            return replace(item, ms=at, host=f"H{number}-{item.host}", guid=f"{number}{item.guid}")
        case Listed(ms=ms):
            at = ms + days * DAY_MS
            return replace(item, ms=at, host=f"H{number}-{item.host}")


def told(happenings: Iterable[Sequence[Seen]], days: int = 0) -> list[Seen]:
    """All that is seen, happening after happening, all of it so many days later."""
    return [moved(item, number, days) for number, seen in enumerate(happenings) for item in seen]


def records(seen: Iterable[Seen], days: int = 0) -> Iterator[Record]:
    """What arrives, in order."""
    for place, item in enumerate(seen):
        yield record(item, ARRIVAL + days * DAY_MS + place)


def of_everything(days: int, made_up: int, chosen: int = 20251009, times: int = 1) -> list[Seen]:
    """The cases that happen within the grace, and so many that Hypothesis makes up of the seed `chosen`; all so many times."""
    gathered: list[Sequence[Seen]] = []

    @seed(chosen)
    @settings(
        max_examples=made_up, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    @given(happenings())
    def gather(seen: list[Seen]) -> None:
        gathered.append(seen)

    gather()
    return told([*(case.seen for case in CASES if not case.lasts_days), *gathered] * times, days)


def parts(seen: Iterable[Seen]) -> tuple[list[Seen], list[Seen]]:
    """What is known of processes, and flows with their sockets: partitions do not keep the order between the two."""
    seen = list(seen)
    context: list[Seen] = [item for item in seen if isinstance(item, Created | Listed)]
    return context, [item for item in seen if not isinstance(item, Created | Listed)]
