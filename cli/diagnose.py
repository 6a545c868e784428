"""`lab diagnose`: where data stop, why, and what to do."""

import json

import click


@click.command(short_help="Send a probe through the stack: where it stops, why, and what to do.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def command(stack: str | None, *, as_json: bool) -> None:
    """Find out what is broken in the running stack.

    A connection and its process, made up, are sent where sensor and agents send, and looked for hop by hop up
    to Splunk's index. The first hop that they do not reach is named, with the fault, its likely causes, the
    remedy, and the last lines of the log. Faults that do not stop a probe, such as an agent that sends no
    more, a clock that is off or records that cannot be read, are told as well.

    The probe is marked, and `lab events` and `lab status` leave it out: its uid begins with Clabprobe, its
    host is lab-probe.invalid. In Splunk: NOT uid="Clabprobe*".

    The exit code is 0 when the probe went all the way and nothing is broken, else 1.
    """
    from rich.console import Console  # noqa: PLC0415 - verbs import late, so that --help is quick

    from cli.diagnosis.diagnosis import diagnose  # noqa: PLC0415
    from cli.environment.locations import ROOT  # noqa: PLC0415
    from cli.environment.progress import step  # noqa: PLC0415
    from cli.stack.session import outputs  # noqa: PLC0415
    from cli.view.diagnosis import diagnosis  # noqa: PLC0415

    told = outputs(stack)
    with step("following a probe through the stack"):
        result = diagnose(told, ROOT)
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        Console().print(diagnosis(result), crop=False)
    click.get_current_context().exit(0 if result.is_healthy else 1)
