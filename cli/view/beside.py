"""The plain Zeek connection beside the enriched one, for the connections that a detection is about."""

from collections import Counter, defaultdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.view.plain import plain
from infra.observation.outcome import EVENT_ID, Outcome

_ZEEKS: Final = (
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "service",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "community_id",
)
_ADDED: Final = (
    ("PROCESS_NAME", "process"),
    ("PROCESS_ID", "process id"),
    ("USERNAME", "user"),
    ("HOSTNAME", "host"),
    ("PARENT_NAME", "parent"),
    ("COMMAND_LINE", "command line"),
    ("SOURCES", "seen by"),
)
"""What an enriched event has beside Zeek's fields, and what to call it."""

_LONGEST: Final = 160
"""Characters of a value that are shown: an encoded command line has thousands."""
_ROOM: Final = 82
"""Columns from which on there is room for a border: without it, a Community ID is on one line in 80."""

Group = tuple[str, str, str]


def most_detected(outcome: Outcome) -> tuple[str, list[dict[str, Any]]] | None:
    """What was detected most often of one process, and its enriched events in the order of time.

    A beacon comes again and again, so that is what an analyst looks at first. None: nothing was detected.
    """
    groups: dict[Group, list[dict[str, Any]]] = defaultdict(list)
    for row in outcome.detections:
        event = outcome.enriched.get(row[EVENT_ID])
        if event is not None:
            kind = (str(row.get("DETECTION")), str(event.get("HOSTNAME")), str(event.get("PROCESS_NAME")))
            groups[kind].append(event)
    if not groups:
        return None
    (detection, _, _), events = min(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return detection, sorted(events, key=lambda event: float(event["ts"]))


def print_detected(console: Console, outcome: Outcome) -> None:
    """Print the first connection of what was detected most, as Zeek alone knew it and with its process.

    Prints nothing where nothing was detected.
    """
    found = most_detected(outcome)
    if found is None:
        return
    detection, events = found
    event = events[0]
    table = Table(
        title="One connection, as Zeek saw it and as the lab explains it",
        title_justify="left",
        show_edge=console.width >= _ROOM,
    )
    table.add_column("")
    table.add_column("Zeek", overflow="fold")
    table.add_column("enriched", overflow="fold")
    for name in _ZEEKS:
        told = _told(event.get(name))
        table.add_row(name, told, told)
    table.add_section()
    for name, label in _ADDED:
        table.add_row(label, Text("not known", style="dim"), Text(_told(event.get(name)), style="bold"))
    console.print(table)
    more = f", and {len(events) - 1} more like it" if len(events) > 1 else ""
    console.print(Text(f"Detected: {plain(detection)}{more}.", style="bold red"))
    others = Counter(str(row.get("DETECTION")) for row in outcome.detections)
    del others[detection]
    for other, count in others.most_common():
        console.print(Text(f"Also: {plain(other)} ({count}).", style="red"))


def _told(value: object) -> str:
    if value is None:
        return "not known"
    text = plain(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text):,} characters)"
