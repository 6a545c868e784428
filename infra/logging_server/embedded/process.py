"""A supervised process as a resource: made when it answers its health question, repaired when it is dead."""

import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pulumi
from pulumi.dynamic import Resource
from pydantic import BaseModel
from supervisor.states import ProcessStates

from infra.errors import UnreachableError
from infra.logging_server.embedded.health import Health
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisord import Info, Supervisord
from infra.private_file import write_private
from infra.provider import Inputs, LabProvider, Made

POLL_SECONDS: Final = 0.05
ENDS_TOLERATED: Final = 2
"""A process that ended this often before it served is broken: waiting longer only hides its message."""
LOG_LINES: Final = 15
WELL: Final = frozenset({ProcessStates.RUNNING, ProcessStates.STARTING})


class ProcessInputs(Inputs):
    """A program, its settings, and how to tell that it serves.

    `digests` are of its code and of the files that it reads at its start: another one means a restart.
    """

    program: str
    run_directory: str
    directory: str
    command: list[str]
    settings: str
    digests: dict[str, str]
    supervisor: str
    health: Health
    deadline: float
    state: Literal["serving", "stopped"] = "serving"


class ProcessProvider(LabProvider[ProcessInputs]):
    """Runs programs under supervisord."""

    inputs = ProcessInputs
    replace_on = frozenset({"run_directory", "program"})

    def make(self, wanted: ProcessInputs) -> Made:
        """Write the settings, start the program, and wait until it serves."""
        run = RunDirectory(Path(wanted.run_directory))
        write_private(run.settings(wanted.program), wanted.settings)
        supervisord = Supervisord(run)
        supervisord.add(wanted.program, wanted.command, Path(wanted.directory))
        supervisord.start(wanted.program)
        try:
            info = await_serving(supervisord, run, wanted)
        except UnreachableError:
            supervisord.remove(wanted.program)
            raise
        return Made(wanted.program, {"pid": info["pid"]})

    def find(self, made: Made, wanted: ProcessInputs) -> Made:
        """Ask supervisord. A stopped process stays in the state, so that its files are removed in the end."""
        try:
            info = Supervisord(RunDirectory(Path(wanted.run_directory))).info(wanted.program)
        except UnreachableError:
            info = None
        if info is None or info["state"] not in WELL:
            return Made(made.id, {"state": "stopped", "pid": 0})
        return Made(made.id, {"state": "serving", "pid": info["pid"]})

    def change(self, made: Made, had: ProcessInputs, wanted: ProcessInputs) -> dict[str, Any]:
        """Restart with what is wanted now; its data stays."""
        del made, had
        return self.make(wanted).facts

    def remove(self, made: Made, had: ProcessInputs) -> None:
        """Stop the program and remove its settings and data; the supervisor's removal catches orphans."""
        del made
        run = RunDirectory(Path(had.run_directory))
        supervisord = Supervisord(run)
        if supervisord.answers():
            supervisord.remove(had.program)
            shutil.rmtree(run.data(had.program), ignore_errors=True)
        run.settings(had.program).unlink(missing_ok=True)


def await_serving(supervisord: Supervisord, run: RunDirectory, wanted: ProcessInputs) -> Info:
    """Wait until a program serves; returns what supervisord says of it then.

    Raises:
        UnreachableError: it ends again and again, or does not serve in time; the message has its last lines.
    """
    deadline = time.monotonic() + wanted.deadline
    ends: set[int] = set()
    refusal = ""
    while True:
        info = supervisord.info(wanted.program)
        if info is None or info["state"] == ProcessStates.FATAL:
            raise _failed(run, wanted.program, "cannot be started", info)
        if info["state"] == ProcessStates.BACKOFF:
            ends.add(info["stop"])
            if len(ends) >= ENDS_TOLERATED:
                raise _failed(run, wanted.program, "ends as soon as it is started", info)
        settled = info["state"] == ProcessStates.RUNNING or wanted.health.kind != "lives"
        if info["state"] in WELL and settled:
            refusal = wanted.health.refusal()
            if not refusal:
                return info
        if time.monotonic() > deadline:
            why = f": {refusal}" if refusal else ""
            raise _failed(run, wanted.program, f"does not serve after {wanted.deadline:.0f} s{why}", info)
        time.sleep(POLL_SECONDS)


def _failed(run: RunDirectory, program: str, what: str, info: Info | None) -> UnreachableError:
    state = "unknown to supervisord" if info is None else info["statename"]
    log = run.log(program)
    lines = (
        log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
    )
    said = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
    return UnreachableError(
        f"{program} {what} (state {state}). Its last lines:\n{said}",
        f"The whole log is {log}. After mending the cause, run pulumi up again.",
    )


@dataclass(frozen=True, kw_only=True)
class ProcessArgs:
    """A program to run: a package, `embedded.<program>` unless another is named, with these settings.

    `reads` are digests of files that it reads at its start, by name; `deadline` is in seconds.
    """

    program: str
    project: Path
    run: RunDirectory
    supervisor: pulumi.Input[str]
    settings: BaseModel
    health: pulumi.Input[Mapping[str, Any]]
    digests: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    deadline: float = 60.0
    package: str = ""


class Process(Resource, module="lab", name="Process"):
    """A process that serves, kept alive by the stack's supervisor."""

    def __init__(self, name: str, args: ProcessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        command = [
            *(sys.executable, "-m", args.package or f"embedded.{args.program}"),
            *("--config", str(args.run.settings(args.program))),
        ]
        props = {
            "program": args.program,
            "run_directory": str(args.run.path),
            "directory": str(args.project),
            "command": command,
            "settings": args.settings.model_dump_json(indent=2),
            "digests": dict(args.digests),
            "supervisor": args.supervisor,
            "health": args.health,
            "deadline": args.deadline,
            "state": "serving",
            "pid": None,
        }
        super().__init__(ProcessProvider(), name, props, opts)
