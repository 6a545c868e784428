"""`lab up`: from a clone to enriched events."""

import click


@click.command(
    short_help="Set everything up, replay the bundled attack, and show the connection that it explains."
)
@click.option(
    "-s", "--stack", metavar="STACK", help="The stack; the selected one, or embedded, unless given."
)
@click.option(
    "--replay/--no-replay", default=True, help="Replay the bundled attack into a stack that has seen nothing."
)
def command(stack: str | None, *, replay: bool) -> None:
    """Bring a stack up, repair what died in it, and show what it is for.

    Sets the clone up as far as it is not, runs `pulumi up`, replays the bundled attack when the stack has
    seen no connection yet, and prints the one that matters as Zeek saw it beside the same one with its
    process.
    """
    from cli.stack import kafka, on_engine  # noqa: PLC0415 - verbs import late, so that --help is quick
    from cli.stack.session import open_stack  # noqa: PLC0415

    session = open_stack(stack)
    if kafka.is_wanted(session.name):
        kafka.fetch()
    with on_engine.reasons(session.name, session.environment):
        session.run("up", "--yes", "--skip-preview", "--refresh")
    told = session.outputs()
    if replay and told.zeek_server == "recorded" and told.kafka_bootstrap:
        from rich.console import Console  # noqa: PLC0415

        from cli.environment.locations import ROOT  # noqa: PLC0415
        from cli.replaying.run import Replay, beats_of, has_seen_nothing, run  # noqa: PLC0415
        from cli.view.replayed import print_replayed  # noqa: PLC0415

        if has_seen_nothing(told.kafka_bootstrap, told.security):
            done = run(
                Replay(
                    bootstrap=told.kafka_bootstrap,
                    security=told.security,
                    beats=beats_of(told),
                    run_directory=ROOT / told.run_directory,
                )
            )
            print_replayed(Console(), done)
    if told.console_url:
        click.echo(f"Console: {told.console_url} (its certificate is of this stack's own CA)")
        click.echo(
            "Next: look at it there, or ./lab events --process explorer; docs/tutorial.md goes on from here."
        )
