"""`lab setup`: everything short of a stack, for a shell of one's own."""

import click

from cli.environment.locations import ENV_FILE


@click.command(short_help="Set this clone up, and no more; then: source .lab/env")
def command() -> None:
    """Make the Python environment, the Pulumi tool and .lab/env.

    Every other verb does this by itself. After it, `source .lab/env` gives a shell in which pulumi and pytest
    work as typed.
    """
    from cli.stack.session import set_up  # noqa: PLC0415 - verbs import late, so that --help is quick

    set_up()
    print(f"The clone is set up. In bash or zsh: source {ENV_FILE}")
