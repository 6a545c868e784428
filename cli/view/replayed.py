"""What a replay has shown: its figures, and the connection that it is about."""

from rich.console import Console

from cli.replaying.run import Replayed
from cli.view.beside import first_detected, print_beside
from cli.view.summary import print_summary


def print_replayed(console: Console, done: Replayed) -> None:
    """Print the figures of a replay and, where something was detected, the first such connection."""
    print_summary(console, done.figures, done.recording, done.shipment)
    caught = first_detected(done.outcome)
    if caught is not None:
        detections = done.outcome.detections
        print_beside(console, caught, detections[caught["EVENT_ID"]], len(detections) - 1)
