"""`lab destroy`: nothing left."""

import click


@click.command(short_help="Stop everything and remove what it made: no process, port or file of it stays.")
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
def command(stack: str | None) -> None:
    """Stop everything that `lab up` started and remove what it made, after a crash as well.

    The clone stays set up, and the stack's configuration stays: `lab up` starts afresh.
    """
    from cli.stack import on_engine, remains, repair  # noqa: PLC0415 - verbs import late, so that --help is quick
    from cli.stack.session import open_stack  # noqa: PLC0415

    session = open_stack(stack)
    if repair.half_recorded(session.name, session.environment):
        on_engine.remove_half_made(session.name, session.environment)
        session.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    session.run("destroy", "--yes", "--skip-preview")
    remains.remove(session.name)
