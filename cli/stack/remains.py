"""What is on this machine although no state knows of it: left by a command that was killed."""

import sys
from pathlib import Path

from cli.environment.locations import RUNS
from infra.logging_server.embedded.run_directory import RunDirectory


def remove(stack: str, runs: Path = RUNS) -> None:
    """Stop and remove what runs on this machine for `stack` and is in no state, as after a killed command.

    Raises:
        LabError: a process survives SIGKILL.
    """
    run = RunDirectory(runs / stack)
    if run.path.exists() or run.processes():
        # Imports the SDK, for what there nearly never is to do.
        from infra.logging_server.embedded.supervisor import (  # noqa: PLC0415
            SupervisorInputs,
            SupervisorProvider,
        )
        from infra.provider import Made  # noqa: PLC0415

        found = SupervisorInputs(run_directory=str(run.path))
        SupervisorProvider().remove(Made(str(run.path)), found)
        print(f"lab: removed what a killed command had left in {run.path}.", file=sys.stderr)
