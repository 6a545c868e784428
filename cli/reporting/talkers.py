"""Who talks most: by process, by host, and by the address that was talked to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SHOWN: Final = 12
"""The longest that a list of talkers is."""
NOT_KNOWN: Final = "not known"


@dataclass(kw_only=True)
class Talker:
    """One line of such a list. `octets` are both directions' payload, as far as Zeek knows it."""

    name: str
    where: str = ""
    connections: int = 0
    octets: int = 0
    detected: int = 0
    uids: set[str] = field(default_factory=set, repr=False)


Named = Callable[[Mapping[str, Any]], tuple[str, str]]
"""Tells an event's talker: its name, and the host it is on."""


def processes(events: Iterable[Mapping[str, Any]], detected: frozenset[str]) -> list[Talker]:
    """The processes with the most payload."""
    return _most(events, detected, lambda event: (process(event), str(event.get("HOSTNAME") or NOT_KNOWN)))


def peers(events: Iterable[Mapping[str, Any]], detected: frozenset[str]) -> list[Talker]:
    """The responders' addresses and ports with the most payload."""
    return _most(events, detected, lambda event: (str(event.get("id.resp_h")), _service(event)))


def originators(events: Iterable[Mapping[str, Any]], detected: frozenset[str]) -> list[Talker]:
    """The originators with the most payload, attributed or not."""
    return _most(events, detected, lambda event: (str(event.get("id.orig_h")), ""))


def process(event: Mapping[str, Any]) -> str:
    """What an event says of its process; all of them, where it cannot be told which one it was."""
    if (event.get("PROCESS_COUNT") or 1) > 1:
        return " or ".join(map(str, event.get("PROCESS_NAMES") or ["several"]))
    return str(event.get("PROCESS_NAME") or NOT_KNOWN)


def _service(event: Mapping[str, Any]) -> str:
    told = f"{event.get('proto')}/{event.get('id.resp_p')}"
    return f"{told} {event['service']}" if event.get("service") else told


def _most(events: Iterable[Mapping[str, Any]], detected: frozenset[str], named: Named) -> list[Talker]:
    """A connection counts once for a talker, however many events there are of it."""
    found: dict[tuple[str, str], Talker] = {}
    for event in events:
        name, where = named(event)
        talker = found.setdefault((name, where), Talker(name=name, where=where))
        if event["uid"] in talker.uids:
            continue
        talker.uids.add(event["uid"])
        talker.connections += 1
        talker.octets += (event.get("orig_bytes") or 0) + (event.get("resp_bytes") or 0)
        talker.detected += event["uid"] in detected
    ordered = sorted(found.values(), key=lambda talker: (-talker.octets, -talker.connections, talker.name))
    return ordered[:SHOWN]
