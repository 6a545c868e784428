"""`lab up`: from a clone to enriched events."""

import click


@click.command(
    short_help="Set everything up, replay the bundled attack, and show the connection that it explains."
)
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
def command(stack: str | None) -> None:
    """Bring a stack up, repair what died in it, and show what it is for.

    Sets the clone up as far as it is not, runs `pulumi up --refresh`, replays the bundled attack when nothing
    has been seen yet, and prints the connection as Zeek saw it beside the same one with its process.
    """
    from cli.stack.session import open_stack  # noqa: PLC0415 - verbs import late, so that --help is quick

    session = open_stack(stack)
    session.run("up", "--yes", "--skip-preview", "--refresh")
