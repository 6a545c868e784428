"""`lab report`: what was concluded in a span of time, as one page to keep or to pass on."""

from dataclasses import replace
from pathlib import Path

import click

from cli.options.moment import HELP, MOMENT


@click.command(short_help="Write one HTML file: coverage, detections, timeline, top talkers, clocks.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
    help="Where to write it.",
)
@click.option("--since", type=MOMENT, metavar="TIME", help=f"Only what began since then: {HELP}.")
@click.option("--until", type=MOMENT, metavar="TIME", help="Only what began before then.")
@click.option("--title", metavar="TEXT", help="What stands above it.")
@click.option("--open", "is_opened", is_flag=True, help="Show it in the browser.")
def command(
    *,
    stack: str | None,
    output: Path,
    since: float | None,
    until: float | None,
    title: str | None,
    is_opened: bool,
) -> None:
    """Report on the connections of a span of event time; on all that the topics hold, unless it is given.

    The file needs nothing else: no script, no other file, no network. For the report of one recording alone:
    lab replay PATH --report FILE.
    """
    import time  # noqa: PLC0415 - verbs import late, so that --help is quick

    from cli.environment.progress import step  # noqa: PLC0415
    from cli.reporting.report import report  # noqa: PLC0415
    from cli.reporting.writing import write  # noqa: PLC0415
    from cli.stack.session import outputs  # noqa: PLC0415
    from infra.observation.outcome import within  # noqa: PLC0415
    from infra.observation.since import Span  # noqa: PLC0415
    from infra.observation.survey import conclusions  # noqa: PLC0415
    from infra.observation.topic import Reader  # noqa: PLC0415

    told = outputs(stack)
    reader = Reader(told.kafka_bootstrap, told.security)
    try:
        with step("reading what was concluded"):
            outcome = within(reader, Span(since=since, until=until))
            made = report(outcome, title=title or "Which process made which connection", made_at=time.time())
            span = Span(since=made.first, until=made.last + 1 if made.last is not None else None)
            clocks = conclusions.clocks(told.kafka_bootstrap, told.security, span)
    finally:
        reader.close()
    write(replace(made, clocks=clocks), output)
    click.echo(f"{made.connections:,} connections are reported on in {output}")
    if is_opened:
        click.launch(str(output.resolve()))
