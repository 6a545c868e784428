"""supervisord: its configuration files, and talking to the one that runs (supervisord.org, XML-RPC API)."""

import fcntl
import http.client
import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from supervisor.xmlrpc import Faults, SupervisorTransport

from infra.errors import UnreachableError
from infra.logging_server.embedded.run_directory import OWNER_VARIABLE, RunDirectory
from infra.private_file import write_private

START_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.02
STOP_WAIT_SECONDS: Final = 8
"""How long a program may take from SIGTERM to its end before it is killed."""
LOG_MB: Final = 10
LOG_BACKUPS: Final = 2

Info = Mapping[str, Any]
"""What supervisord says of a program: `state`, `pid`, `start`, `stop`, `exitstatus`, `spawnerr` and more."""


def literal(text: str) -> str:
    """A text as it has to be written in supervisord's configuration, where % begins a substitution."""
    return text.replace("%", "%%")


def _relative(run: RunDirectory, path: Path) -> str:
    """A path as seen from the run directory, where supervisord runs: free of what it would expand."""
    return str(path.relative_to(run.path))


def base_section(run: RunDirectory) -> str:
    """The part of supervisord's configuration that no program changes."""
    return f"""\
[unix_http_server]
file={run.socket}
chmod=0700

[supervisord]
logfile={_relative(run, run.logs / "supervisord.log")}
logfile_maxbytes={LOG_MB}MB
logfile_backups={LOG_BACKUPS}
pidfile={_relative(run, run.pid_file)}
childlogdir={_relative(run, run.logs)}
umask=077
nocleanup=true

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def program_section(run: RunDirectory, program: str, command: Sequence[str], directory: Path) -> str:
    """The section of one program: restarted when it dies, whatever its exit status.

    It is not started by supervisord's own start: the order of starts is that of the resources.
    """
    return f"""\
[program:{program}]
command={literal(shlex.join(command))}
directory={literal(str(directory))}
autostart=false
autorestart=true
startsecs=1
startretries=20
stopwaitsecs={STOP_WAIT_SECONDS}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={_relative(run, run.log(program))}
stdout_logfile_maxbytes={LOG_MB}MB
stdout_logfile_backups={LOG_BACKUPS}
environment=PYTHONUNBUFFERED="1"
"""


@contextmanager
def _configuration(run: RunDirectory) -> Iterator[None]:
    """Write supervisord's configuration from its parts on leaving; one writer at a time."""
    with os.fdopen(os.open(run.lock, os.O_CREAT | os.O_WRONLY, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        parts = [path.read_text(encoding="utf-8") for path in sorted(run.programs.glob("*.conf"))]
        write_private(run.supervisor_configuration, "\n".join([base_section(run), *parts]))


def start(run: RunDirectory) -> None:
    """Start supervisord in the background; it answers on its socket when this returns.

    Raises:
        UnreachableError: it ended at once, or does not answer.
    """
    run.make()
    run.socket.unlink(missing_ok=True)
    with _configuration(run):
        pass
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(run.supervisor_configuration)]
    # what unlocks the stack's state is no business of the services
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    environment[OWNER_VARIABLE] = str(run.path)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=run.path, env=environment, umask=0o077
    )
    if done.returncode != 0:
        raise UnreachableError(
            f"supervisord did not start (exit {done.returncode}): {(done.stdout + done.stderr).strip()}",
            f"Read {run.logs / 'supervisord.log'}.",
        )
    deadline = time.monotonic() + START_SECONDS
    while not Supervisord(run).answers():
        if time.monotonic() > deadline:
            raise UnreachableError(
                f"supervisord does not answer on {run.socket} after {START_SECONDS:.0f} s",
                f"Read {run.logs / 'supervisord.log'}.",
            )
        time.sleep(POLL_SECONDS)


class Supervisord:
    """The running supervisord of one run directory."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return bool(self._call("getSupervisorVersion"))
        except UnreachableError:
            return False

    def pid(self) -> int:
        """Its process id."""
        return cast("int", self._call("getPID"))

    def shut_down(self) -> None:
        """Ask it to stop every program and then itself; it does so after the answer."""
        self._call("shutdown")

    def info(self, program: str) -> Info | None:
        """What is known of a program; None when it was never added."""
        return cast("Info | None", self._call("getProcessInfo", program, missing_ok=True))

    def add(self, program: str, command: Sequence[str], directory: Path) -> None:
        """Add a program, stopped; one of that name is stopped and replaced."""
        self.remove(program)
        with _configuration(self._run):
            write_private(
                self._run.programs / f"{program}.conf",
                program_section(self._run, program, command, directory),
            )
        self._call("reloadConfig")
        self._call("addProcessGroup", program)

    def start(self, program: str) -> None:
        """Start a program; whether it serves is for its health question to tell."""
        self._call("startProcess", program, False)  # noqa: FBT003  # XML-RPC has no keywords: do not wait

    def stop(self, program: str) -> None:
        """Stop a program and leave it stopped; returns when it has ended."""
        self._call("stopProcess", program)

    def remove(self, program: str) -> None:
        """Stop a program and forget it; one that is not there is success."""
        info = self.info(program)
        if info is not None:
            self._call("stopProcessGroup", program)
            self._call("removeProcessGroup", program)
        with _configuration(self._run):
            (self._run.programs / f"{program}.conf").unlink(missing_ok=True)

    def _call(self, method: str, *arguments: Any, missing_ok: bool = False) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._run.socket}")  # type: ignore[no-untyped-call]
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if missing_ok and fault.faultCode == Faults.BAD_NAME:
                return None
            raise UnreachableError(
                f"supervisord refused {method}{arguments}: {fault.faultString}",
                f"Read {self._run.logs / 'supervisord.log'}; pulumi up starts anew what does not run.",
            ) from None
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise UnreachableError(
                f"supervisord does not answer on {self._run.socket}: {error}",
                "Run pulumi up: it starts supervisord and what it supervises again.",
            ) from None
        finally:
            transport.close()  # type: ignore[no-untyped-call]
