"""`lab doctor`: whether a stack can be brought up, before anything is built."""

import click


@click.command(short_help="Check what a stack needs before it is brought up; exit code 1 for a problem.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
def command(stack: str | None) -> None:
    """Look at what a stack needs, and change nothing.

    Always: Python, the Pulumi tool or a way to it, the clock, the configuration. Embedded: ports, memory,
    disk. Docker: the engine with its CPUs, memory, disk, ports and images. External: that each service
    answers and lets this stack in, and that its clock is right.
    """
    from rich.console import Console  # noqa: PLC0415 - verbs import late, so that --help is quick
    from rich.text import Text  # noqa: PLC0415

    from cli.checks.all import checks  # noqa: PLC0415
    from cli.environment.locations import ROOT  # noqa: PLC0415

    console = Console()
    is_fit = True
    for check in checks(stack, ROOT):
        is_fit = is_fit and not check.problem
        how = ("problem", "bold red") if check.problem else ("ok", "green")
        console.print(Text.assemble((f"{how[0]:8}", how[1]), f"{check.name}: {check.said}"), soft_wrap=True)
        for line in check.remedy.splitlines():
            console.print(Text(f"        {line}"), soft_wrap=True)
    click.get_current_context().exit(0 if is_fit else 1)
