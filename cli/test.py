"""`lab test`: everything it takes to run the tests, then pytest."""

import click


@click.command(
    short_help="Set up what the tests need, then run pytest with the arguments that follow.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]...")
def command(arguments: tuple[str, ...]) -> None:
    """Run pytest in the clone; its arguments follow, with paths as seen from the clone's top."""
    from cli.environment import debian_packages  # noqa: PLC0415
    from cli.environment.locations import LOGS  # noqa: PLC0415
    from cli.stack import kafka, process  # noqa: PLC0415 - verbs import late, so that --help is quick
    from cli.stack.session import set_up  # noqa: PLC0415

    environment = set_up()
    kafka.fetch()
    debian_packages.install(LOGS)
    process.become_pytest(arguments, environment)
