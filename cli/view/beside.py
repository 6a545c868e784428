"""The plain Zeek connection beside the enriched one, for the connections that a detection is about."""

from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

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


def first_detected(outcome: Outcome) -> dict[str, Any] | None:
    """The enriched event of the earliest detected connection, None where nothing was detected."""
    keys = {row[EVENT_ID] for row in outcome.detections}
    caught = [outcome.enriched[key] for key in keys & outcome.enriched.keys()]
    return min(caught, key=lambda event: float(event["ts"]), default=None)


def print_detected(console: Console, outcome: Outcome) -> None:
    """Print the earliest detected connection as Zeek alone knew it, and beside it with its process.

    Prints nothing where nothing was detected.
    """
    event = first_detected(outcome)
    if event is None:
        return
    table = Table(title="One connection, as Zeek saw it and as the lab explains it", title_justify="left")
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
    named = [str(row.get("DETECTION")) for row in outcome.detections if row[EVENT_ID] == event[EVENT_ID]]
    others = len({row[EVENT_ID] for row in outcome.detections}) - 1
    more = f", and {others} more like it" if others else ""
    console.print(Text(f"Detected: {'; '.join(sorted(named))}{more}.", style="bold red"))


def _told(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
