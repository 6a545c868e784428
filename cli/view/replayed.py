"""What a replay has shown: its figures, and the connection that it is about."""

from rich.console import Console

from cli.replaying.run import Replayed
from cli.view.beside import print_detected
from cli.view.summary import print_summary


def print_replayed(console: Console, done: Replayed) -> None:
    """Print the figures of a replay and, where something was detected, the first such connection."""
    print_summary(console, done.figures, done.recording, done.shipment)
    print_detected(console, done.outcome)
