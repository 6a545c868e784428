"""`lab verify`: the checks of tests/lab against the running stack."""

import click


@click.command(
    short_help="Check the running stack: agents, services, and enriched events that arrive.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]...")
def command(stack: str | None, arguments: tuple[str, ...]) -> None:
    """Run the testinfra checks of tests/lab against the running stack, by pytest.

    What does not apply to the stack, such as a Windows client that is a recording, is listed as left out,
    with the reason.
    """
    from cli.stack import process  # noqa: PLC0415 - verbs import late, so that --help is quick
    from cli.stack.session import open_stack  # noqa: PLC0415

    session = open_stack(stack)
    session.outputs()
    environment = {**session.environment, "LAB_STACK": session.name}
    process.become_pytest(["tests/lab", "-rs", "--no-header", *arguments], environment)
