"""The folder of one running stack: where each of its files is, and which processes are its own."""

import hashlib
import os
import re
import stat
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from infra.errors import LabError
from infra.private_file import write_private

OWNER_VARIABLE: Final = "LAB_RUN_DIRECTORY"
"""In the environment of every process of a stack, set to its run directory: so it is known as its own."""
SOCKET_PATH_BYTES: Final = 90
"""macOS allows 104 bytes and Linux 108 (sys/un.h), with the zero at the end; supervisord binds to the path
with `.PID` appended before it moves the socket in place."""
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_./-]+")
"""What supervisord takes literally: no % that begins a substitution, no ; that begins a comment."""
STOP_SECONDS: Final = 3.0
POLL_SECONDS: Final = 0.02


@dataclass(frozen=True)
class RunDirectory:
    """`.lab/run/<stack>` of one clone."""

    path: Path

    @property
    def supervisor_configuration(self) -> Path:
        """What supervisord reads."""
        return self.path / "supervisord.conf"

    @property
    def pid_file(self) -> Path:
        """Where supervisord writes its process id."""
        return self.path / "supervisord.pid"

    @property
    def logs(self) -> Path:
        """One log a process, and supervisord's own."""
        return self.path / "log"

    @property
    def programs(self) -> Path:
        """One file a supervised program: its section of supervisord's configuration."""
        return self.path / "programs"

    @property
    def lock(self) -> Path:
        """Held while supervisord's configuration is written."""
        return self.path / "lock"

    def settings(self, program: str) -> Path:
        """The settings file that a program reads."""
        return self.path / f"{program}.json"

    def log(self, program: str) -> Path:
        """What a program wrote to its standard output and error."""
        return self.logs / f"{program}.log"

    def data(self, program: str) -> Path:
        """What a program keeps."""
        return self.path / "data" / program

    @property
    def socket(self) -> Path:
        """The socket of supervisord: in the run directory or, where its path will not do, a private one."""
        here = self.path / "supervisor.sock"
        if len(os.fsencode(here)) <= SOCKET_PATH_BYTES and PLAIN_PATH.fullmatch(str(here)):
            return here
        short = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lab-{short}" / "supervisor.sock"

    def make(self) -> None:
        """Make the folders, readable by their owner alone.

        Raises:
            LabError: the socket's folder belongs to somebody else.
        """
        for folder in (self.path, self.logs, self.programs, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = self.socket.parent.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise LabError(
                f"{self.socket.parent}, where supervisord's socket has to be, is no private folder of yours",
                "Remove it, or set TMPDIR to a folder of your own.",
            )

    def instance(self) -> str:
        """What tells this run's data from those of a later one in the same place; made on first use."""
        file = self.path / "instance"
        if not file.exists():
            write_private(file, uuid.uuid4().hex)
        return file.read_text(encoding="utf-8")

    def processes(self) -> list[psutil.Process]:
        """The processes that this stack started and that still run, whoever their parent is by now."""
        return list(self._own_processes())

    def resident_mb(self) -> int:
        """The memory that this stack's processes hold, in MiB."""
        total = 0
        for process in self._own_processes():
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total // (1024 * 1024)

    def owns(self, process: psutil.Process) -> bool:
        """Whether a process was started by this stack; False for what this user may not look at."""
        try:
            return process.environ().get(OWNER_VARIABLE) == str(self.path)
        except (psutil.Error, OSError):
            return False

    def _own_processes(self) -> Iterator[psutil.Process]:
        mine = os.getuid()
        for process in psutil.process_iter():
            try:
                if (
                    process.uids().real == mine
                    and process.status() != psutil.STATUS_ZOMBIE
                    and self.owns(process)
                ):
                    yield process
            except psutil.NoSuchProcess:
                continue


def stop(processes: list[psutil.Process], patience: float = STOP_SECONDS) -> None:
    """Stop processes, first by SIGTERM, then by SIGKILL; psutil refuses to signal a process id used again.

    Raises:
        LabError: one of them survives SIGKILL (it hangs in the kernel).
    """
    for process in processes:
        _signal(process.terminate)
    alive = await_end(processes, patience)
    for process in alive:
        _signal(process.kill)
    alive = await_end(alive, patience)
    if alive:
        listed = ", ".join(f"{process.pid} ({process.name()})" for process in alive)
        raise LabError(f"these processes of the lab cannot be stopped: {listed}", "Restart this machine.")


def await_end(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait until processes have ended, for at most `patience` seconds; returns those that have not.

    A zombie has ended: who has to reap it is its parent, which for an orphan is the machine's first process.
    """
    deadline = time.monotonic() + patience
    while (alive := [process for process in processes if _lives(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return
