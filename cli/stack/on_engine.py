"""What a stack in Docker has on its engine that its state does not tell."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.environment.locations import ROOT
from cli.stack.process import PulumiFailedError
from infra import state


def remove_half_made(stack: str, environment: Mapping[str, str], project: Path = ROOT) -> None:
    """Remove what a killed command had begun to make on the engine of `stack`; nothing where it has none.

    Raises:
        LabError: the state cannot be read.
        UnreachableError: the engine does not answer.
    """
    from infra.logging_server.docker import engine, half_made  # noqa: PLC0415 - takes a second

    told = state.export(stack, project, environment)
    if host := half_made.engine(told):
        with engine.connect(host) as client:
            for name in half_made.remove(client, told):
                print(f"lab: removed {name}, which a killed command had left half made.", file=sys.stderr)


@contextmanager
def reasons(stack: str, environment: Mapping[str, str], project: Path = ROOT) -> Iterator[None]:
    """When the Pulumi tool fails in the block, say what the containers say that do not serve."""
    try:
        yield
    except PulumiFailedError:
        from infra.errors import UnreachableError  # noqa: PLC0415
        from infra.logging_server.docker import condition, engine, half_made  # noqa: PLC0415

        if host := half_made.engine(state.export(stack, project, environment)):
            try:
                with engine.connect(host) as client:
                    for complaint in condition.ailing(client, f"lab-{stack}"):
                        print(f"\nlab: {complaint}", file=sys.stderr)
            except UnreachableError as error:
                print(f"\nlab: {error}", file=sys.stderr)
        raise
