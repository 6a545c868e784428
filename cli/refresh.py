"""`lab refresh`: `pulumi refresh` in a clone that is set up."""

import click


@click.command(short_help="Compare the recorded state with what is really there, and record that.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
def command(stack: str | None) -> None:
    """Look at every resource as it is now, by `pulumi refresh`; what died or was dropped is recorded."""
    from cli.stack.session import open_stack  # noqa: PLC0415 - verbs import late, so that --help is quick

    open_stack(stack).run("refresh", "--yes", "--skip-preview")
