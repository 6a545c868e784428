"""`lab setup`: everything short of bringing a stack up, for a shell of one's own."""

import click


@click.command(short_help="Set this clone up, and no more; then: source .lab/env")
def command() -> None:
    """Make the Python environment, the Pulumi tool and .lab/env, and select a stack unless one is.

    Every other verb does this by itself. After it, `source .lab/env` gives a shell in which pulumi and pytest
    work as typed.
    """
    from cli.environment.locations import ENV_FILE  # noqa: PLC0415 - verbs import late
    from cli.stack.selection import select  # noqa: PLC0415
    from cli.stack.session import set_up  # noqa: PLC0415

    stack = select(None, set_up())
    print(f"The clone is set up, with the stack {stack} selected. In bash or zsh: source {ENV_FILE}")
