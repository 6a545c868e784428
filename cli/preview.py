"""`lab preview`: `pulumi preview` in a clone that is set up."""

import click


@click.command(short_help="Show what up would change, and change nothing.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
def command(stack: str | None) -> None:
    """Show what `lab up` would change, by `pulumi preview`."""
    from cli.stack.session import open_stack  # noqa: PLC0415 - verbs import late, so that --help is quick

    open_stack(stack).run("preview")
