"""`lab events`: enriched events, as the pipeline has them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.options.address import ADDRESS
from cli.options.moment import HELP, MOMENT


@click.command(short_help="Show enriched events: connections with the process that made them.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines, every field of an event.")
@click.option("-f", "--follow", is_flag=True, help="Show what arrives from now on instead, until Ctrl-C.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Only the N latest by event time."
)
@click.option("--process", metavar="TEXT", help="Only where the process's image contains TEXT, in any case.")
@click.option("--host", metavar="TEXT", help="Only where the host's name contains TEXT, in any case.")
@click.option("--user", metavar="TEXT", help="Only where the user contains TEXT, in any case.")
@click.option("--address", type=ADDRESS, metavar="IP", help="Only where IP is at either end.")
@click.option("--community-id", metavar="ID", help="Only this Community ID.")
@click.option("--since", type=MOMENT, metavar="TIME", help=f"Only what began since then: {HELP}.")
@click.option("--until", type=MOMENT, metavar="TIME", help="Only what began before then.")
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the events to FILE instead: .csv, .json, .jsonl or .parquet.",
)
def command(
    *,
    stack: str | None,
    as_json: bool,
    follow: bool,
    limit: int | None,
    since: float | None,
    until: float | None,
    export: Path | None,
    **wanted: Any,
) -> None:
    """Show the latest revision of each enriched event, in the order of event time.

    With --follow, each revision is shown when it arrives, and --limit ends it after so many. The probes of
    `lab diagnose` are left out. In CSV a text that a spreadsheet would run as a formula gets a ' before it.
    """
    import sys  # noqa: PLC0415 - verbs import late, so that --help is quick
    from itertools import islice  # noqa: PLC0415
    from shutil import get_terminal_size  # noqa: PLC0415

    from cli.export.writing import write  # noqa: PLC0415
    from cli.stack.session import outputs  # noqa: PLC0415
    from cli.view import events as view  # noqa: PLC0415
    from infra.observation.enriched import Wish, arriving, latest  # noqa: PLC0415
    from infra.observation.since import Span  # noqa: PLC0415
    from infra.observation.topic import Reader  # noqa: PLC0415

    if export and (follow or as_json):
        raise click.UsageError(
            "--export writes a file of what there is: it goes with neither --follow nor --json."
        )
    told = outputs(stack)
    reader = Reader(told.kafka_bootstrap, told.security)
    wish = Wish(**wanted, span=Span(since=since, until=until))
    try:
        if export:
            chosen = latest(reader, wish, limit)
            write(chosen, export)
            click.echo(f"{len(chosen)} events are in {export}")
            return
        found = islice(arriving(reader, wish), limit) if follow else latest(reader, wish, limit)
        # what goes into a pipe has a line for each event
        width = get_terminal_size().columns if sys.stdout.isatty() else view.WIDE
        if not as_json:
            click.echo(view.heading(width))
        is_any = False
        for event in found:
            is_any = True
            click.echo(_as_json(event) if as_json else view.line(event, width))
        if not is_any:
            click.echo("no event is like that; ./lab status tells what has arrived", err=True)
    except KeyboardInterrupt:
        if not follow:
            raise
    finally:
        reader.close()


def _as_json(event: Mapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)
