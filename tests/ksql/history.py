"""Many happenings in one history, at the same time: each on hosts and addresses, and with ids, of its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from embedded.ksql.record import Record
from tests.ksql.fusion import ARRIVAL
from tests.ksql.records import record
from tests.ksql.reference import DAY_MS
from tests.ksql.seen import Conn, Created, Listed, Seen, Socket

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
