"""The plain Zeek connection beside the enriched one, for the connections that a detection is about."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.observation.outcome import Outcome

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
    caught = [outcome.enriched[key] for key in outcome.detections if key in outcome.enriched]
    return min(caught, key=lambda event: float(event["ts"]), default=None)


def print_beside(
    console: Console, event: Mapping[str, Any], detection: Mapping[str, Any] | None, others: int
) -> None:
    """Print one enriched event with what Zeek alone knew of it on the left.

    Args:
        console: where to.
        event: the enriched event.
        detection: the row of the detection, if there is one.
        others: how many further connections the same detection is about.
    """
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
    if detection is not None:
        more = f", and {others} more like it" if others else ""
        console.print(Text(f"Detected: {detection.get('DETECTION')}{more}.", style="bold red"))


def _told(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
