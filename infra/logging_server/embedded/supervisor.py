"""The supervisor of a stack's processes as a resource: running, or started again by the next `pulumi up`."""

import shutil
from pathlib import Path
from typing import Any, Final, Literal

import psutil
import pulumi
from pulumi.dynamic import Resource

from infra.errors import UnreachableError
from infra.logging_server.embedded.run_directory import RunDirectory, await_end, stop
from infra.logging_server.embedded.supervisord import Supervisord, start
from infra.provider import Inputs, LabProvider, Made

QUIT_SECONDS: Final = 0.5
"""How long supervisord may take to end when it has nothing left to stop, before it is killed."""


class SupervisorInputs(Inputs):
    """Where the supervisor keeps its files, and the state that it is wanted in."""

    run_directory: str
    state: Literal["running", "dead"] = "running"


class SupervisorProvider(LabProvider[SupervisorInputs]):
    """Starts and stops supervisord."""

    inputs = SupervisorInputs
    replace_on = frozenset({"run_directory"})

    def make(self, wanted: SupervisorInputs) -> Made:
        """Start supervisord, or take over the one that an interrupted run left behind."""
        run = RunDirectory(Path(wanted.run_directory))
        if not Supervisord(run).answers():
            _clear(run)
            start(run)
        return Made(wanted.run_directory, _facts(run))

    def find(self, made: Made, wanted: SupervisorInputs) -> Made | None:
        """Look for supervisord. A dead one stays in the state, so that what it left behind is removed."""
        run = RunDirectory(Path(wanted.run_directory))
        if Supervisord(run).answers():
            return Made(made.id, {"state": "running", **_facts(run)})
        if not run.path.exists() and not run.processes():
            return None
        return Made(made.id, {"state": "dead"})

    def change(self, made: Made, had: SupervisorInputs, wanted: SupervisorInputs) -> dict[str, Any]:
        """Start supervisord again, after stopping what a killed one left behind."""
        del made, had
        return self.make(wanted).facts

    def remove(self, made: Made, had: SupervisorInputs) -> None:
        """Stop supervisord and every process of this stack, and remove its files."""
        del made
        run = RunDirectory(Path(had.run_directory))
        _clear(run)
        shutil.rmtree(run.path, ignore_errors=True)
        if run.path.exists():
            shutil.rmtree(run.path)
        if run.socket.parent != run.path:
            shutil.rmtree(run.socket.parent, ignore_errors=True)


def _clear(run: RunDirectory) -> None:
    """Stop supervisord and the processes of this stack, orphans included.

    Told to shut down, supervisord restarts nothing any more, but stops one process after the other and looks
    once a second: here all are stopped at once, and it last.
    """
    supervisord = Supervisord(run)
    try:
        parent = psutil.Process(supervisord.pid())
        supervisord.shut_down()
    except (UnreachableError, psutil.NoSuchProcess):
        stop(run.processes())  # it is gone; its children may not be
        return
    stop([process for process in run.processes() if process != parent])
    for process in await_end([parent], QUIT_SECONDS):
        process.kill()
    await_end([parent], QUIT_SECONDS)


def _facts(run: RunDirectory) -> dict[str, Any]:
    """What changes when supervisord is another one, and when the data is another's."""
    process = psutil.Process(Supervisord(run).pid())
    return {"generation": f"{process.pid}-{process.create_time():.2f}", "instance": run.instance()}


class Supervisor(Resource, module="lab", name="Supervisor"):
    """A running supervisord. `generation` names this very process; `instance` this very run directory."""

    generation: pulumi.Output[str]
    instance: pulumi.Output[str]

    def __init__(self, name: str, run_directory: Path, opts: pulumi.ResourceOptions | None = None) -> None:
        props = {
            "run_directory": str(run_directory),
            "state": "running",
            "generation": None,
            "instance": None,
        }
        super().__init__(SupervisorProvider(), name, props, opts)
