"""The lab's command line: each module beside this one is a verb, imported when it is used."""

from cli.environment import interrupts

if __name__ == "__main__":
    interrupts.end_at_once()  # what is imported below takes the most of the time

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any, Final

import click

from cli.environment.caller import complete_streams, telling_errors

ORDER: Final = (
    "up",
    "events",
    "report",
    "replay",
    "verify",
    "status",
    "diagnose",
    "doctor",
    "destroy",
    "preview",
    "refresh",
    "test",
)
"""The verbs in the order in which a user meets them; others follow by name."""


def verbs() -> list[str]:
    """The names of all verbs: the modules of this package that are no packages themselves."""
    found = {
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if not module.ispkg and not module.name.startswith("_")
    }
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


class Verbs(click.Group):
    """A group whose commands are imported by name, so that a verb does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every verb."""
        return verbs()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb `cmd_name`, or a usage error that lists what there is."""
        if cmd_name not in verbs():
            ctx.fail(f"There is no verb {cmd_name!r}. There are: {', '.join(verbs())}.")
        command: click.Command = importlib.import_module(f"cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; Ctrl-C ends it without a word, below the `^C` of a terminal."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(err=True)
            ctx.exit(interrupts.INTERRUPTED)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
def lab() -> None:
    """Which process made which network connection: Zeek, Sysmon and Osquery, joined on the Community ID."""


def main() -> None:
    """Run the verb that the arguments name; an error is told, and ends this with 1."""
    try:
        interrupts.interrupt()
        complete_streams()
        with telling_errors():
            lab(prog_name="lab")
    except KeyboardInterrupt:
        sys.exit(interrupts.INTERRUPTED)


if __name__ == "__main__":
    main()
