"""`lab replay`: a recording through the running pipeline."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options.amount import Amount

if TYPE_CHECKING:
    from cli.replaying.run import Replayed


@click.command(short_help="Send a recording through the running pipeline, and tell what became of it.")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output, and nothing else."
)
@click.option(
    "--speed",
    type=Amount(min=0, min_open=True),
    metavar="FACTOR",
    help="1 is real time, 10 ten times as fast. As fast as possible unless given.",
)
@click.option("--keep-time", is_flag=True, help="Keep the recording's own times; else it ends now.")
@click.option(
    "--deadline",
    type=Amount(min=1),
    metavar="SECONDS",
    help="How long the pipeline may take to work it off once it is shipped: 120, unless given.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a report of this recording too, one HTML file as lab report does.",
)
def command(
    *,
    paths: tuple[str, ...],
    stack: str | None,
    as_json: bool,
    speed: float | None,
    keep_time: bool,
    deadline: float | None,
    report_file: Path | None,
) -> None:
    """Replay recordings: files, folders, zip or tar archives; the bundled attack unless PATH is given.

    A recording is a host's events (JSON lines of Winlogbeat, NXLog or osqueryd) together with Zeek's logs
    (JSON or tab-separated), or with captures, which are cut into connections where no Zeek conn log is
    there.

    Community IDs are computed where they are missing. Each host's clock offset to the sensor is measured
    from the records, reported and taken off. All times are moved, so that the recording ends now; or, since
    two replays must not be taken for one another, just before the one replayed earlier.
    """
    if "" in paths:
        raise click.BadParameter("it is empty; the folder in which you are is ./", param_hint="PATH")

    from rich.console import Console  # noqa: PLC0415 - verbs import late, so that --help is quick

    from cli.environment.locations import ROOT  # noqa: PLC0415
    from cli.replaying.run import BUNDLED, DEADLINE, Replay, beats_of, run  # noqa: PLC0415
    from cli.stack.session import outputs  # noqa: PLC0415
    from cli.view.replayed import print_replayed  # noqa: PLC0415

    told = outputs(stack)
    done = run(
        Replay(
            bootstrap=told.kafka_bootstrap,
            security=told.security,
            beats=beats_of(told),
            run_directory=ROOT / told.run_directory,
            paths=[Path(path) for path in paths] or [BUNDLED],
            keep_time=keep_time,
            speed=speed,
            deadline=deadline or DEADLINE,
        )
    )
    if report_file:
        _report(done, report_file)
    if as_json:
        click.echo(json.dumps(done.figures.as_json()))
        return
    print_replayed(Console(), done)


def _report(done: "Replayed", file: Path) -> None:
    import time  # noqa: PLC0415

    from cli.reporting.report import report  # noqa: PLC0415
    from cli.reporting.writing import write  # noqa: PLC0415

    title = "Which process made which connection in this recording"
    write(
        report(done.outcome, title=title, made_at=time.time(), taken_off=done.figures.offsets),
        file,
    )
