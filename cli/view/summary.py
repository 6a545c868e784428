"""The figures of a replay as a table."""

from rich.console import Console
from rich.table import Table

from cli.replaying.figures import Figures
from embedded.shipper.recording import Recording
from embedded.shipper.shipping import Shipment


def print_summary(console: Console, figures: Figures, recording: Recording, shipment: Shipment) -> None:
    """Print what was shipped, what became of it, and what was left out and why."""
    rate = len(shipment.records) / shipment.seconds if shipment.seconds else 0.0
    table = Table(title="Replay", title_justify="left", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_row(
        "records shipped", str(len(shipment.records)), f"in {shipment.seconds:.1f} s, {rate:,.0f} a second"
    )
    table.add_row(
        "endpoint events", str(figures.endpoint_events), f"{figures.matched_events} match a connection"
    )
    table.add_row("connections", str(figures.flows), "")
    share = f"{figures.attributed_flows / figures.flows:.0%}" if figures.flows else ""
    table.add_row("  attributed", str(figures.attributed_flows), share)
    for reason, count in figures.unattributed.items():
        table.add_row("  unattributed", str(count), reason)
    if figures.unexplained:
        table.add_row(
            "  neither",
            str(figures.unexplained),
            "the pipeline has lost them: run ./lab diagnose",
            style="red",
        )
    table.add_section()
    for host, seconds in figures.offsets.items():
        if seconds is None:
            table.add_row("clock", "", f"{host}: too few connections show it, left as it is")
        else:
            table.add_row("clock", f"{seconds:+.3f} s", f"{host}, against the sensor's; taken off")
    if recording.ignored or recording.left_out or figures.dead_letters:
        table.add_section()
    if figures.dead_letters:
        first = recording.dead_letters[0]
        told = f"in dead-letters; the first: {first.source}, line {first.number}: {first.reason}"
        table.add_row("unreadable lines", str(figures.dead_letters), told, style="yellow")
    for what, count in recording.ignored.most_common():
        table.add_row("ignored", str(count), f"events of {what}")
    for told in recording.left_out:
        table.add_row("left out", "", told)
    console.print(table)
