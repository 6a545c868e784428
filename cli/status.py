"""`lab status`: every hop of the running stack at a glance."""

import json
import time

import click

from cli.options.amount import Amount


@click.command(
    short_help="Show each hop with its health, counts, lag and rate; exit code 1 when one is broken."
)
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.option("-w", "--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--every",
    type=Amount(min=0.5),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks with --watch.",
)
def command(stack: str | None, *, as_json: bool, watch: bool, every: float) -> None:
    """Show the way of the data: agents, topics, each query, results, Connect, HEC and the index.

    Records of topics are counted by their offsets. The last event of a topic that queries write is told in
    event time, of the others in the time of arrival. Below the table: how many flows are attributed, why the
    others are not, each host's clock against the sensor's, and every fault that the lab knows by name.

    The exit code is 0 when nothing is broken, 1 when something is, and with --watch that of the last look.
    """
    from rich.console import Console  # noqa: PLC0415 - verbs import late, so that --help is quick

    from cli.condition.look import look  # noqa: PLC0415
    from cli.environment.locations import ROOT  # noqa: PLC0415
    from cli.stack.session import outputs  # noqa: PLC0415
    from cli.view.condition import condition  # noqa: PLC0415

    told = outputs(stack)
    console = Console()
    seen = look(told, ROOT)
    try:
        while True:
            if as_json:
                click.echo(json.dumps(seen.as_json(), ensure_ascii=False))
            else:
                if watch and console.is_terminal:
                    console.clear()
                console.print(condition(seen.survey, seen.table, seen.found, console.width))
            if not watch:
                break
            time.sleep(every)
            seen = look(told, ROOT, seen.survey)
    except KeyboardInterrupt:
        if not watch:
            raise
    click.get_current_context().exit(0 if seen.is_healthy else 1)
