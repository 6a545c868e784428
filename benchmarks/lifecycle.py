"""How long it takes from a fresh clone to an enriched event, again when warm, and to nothing left.

    python -m benchmarks.lifecycle

Clones the last commit into a temporary folder and works there on ports of its own, with packages and tools
from this user's caches. What is measured is what a user types, from key press to prompt.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

from cli.environment.locations import ROOT
from infra.config import PROJECT

STACK: Final = "benchmark"
PORT_KEYS: Final = (
    "kafka.port",
    "kafka.controller_port",
    "ksqldb.port",
    "connect.port",
    "splunk.management_port",
    "splunk.hec_port",
    "console.port",
)
MEGABYTE: Final = 1_000_000


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nothing listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def fresh_clone() -> Iterator[Path]:
    """A clone of the last commit with a stack on ports of its own; destroyed and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="lab-benchmark-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607 - git on PATH
        ports = zip(PORT_KEYS, free_ports(len(PORT_KEYS)), strict=True)
        lines = [f"  {PROJECT}:{key}: {port}" for key, port in ports]
        (clone / f"Pulumi.{STACK}.yaml").write_text("\n".join(["config:", *lines, ""]), encoding="utf-8")
        try:
            yield clone
        finally:
            run(clone, ["./lab", "destroy", "-s", STACK])


def run(clone: Path, command: list[str], environment: Mapping[str, str] | None = None) -> float:
    """Run `command` in the clone; returns the seconds that it took.

    Raises:
        SystemExit: it failed; its output is printed.
    """
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=clone,
        env=dict(environment or os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return time.monotonic() - began


def in_lab_shell(clone: Path, command: str) -> float:
    """Run `command` as typed after `source .lab/env`; returns the seconds that it took."""
    return run(clone, ["bash", "-c", f"source .lab/env && exec {command}"])


def resident_mb(clone: Path) -> float:
    """Megabytes of memory that the clone's processes hold, in proportion where they share it (Linux)."""

    def held(process: psutil.Process) -> int:
        with contextlib.suppress(psutil.Error):
            if str(clone) in " ".join(process.cmdline()):
                memory = process.memory_full_info()
                return int(getattr(memory, "pss", memory.rss))
        return 0

    return sum(held(process) for process in psutil.process_iter()) / MEGABYTE


def main() -> None:
    """Measure and print."""
    table = Table(title="Life cycle of the embedded stack", title_justify="left")
    for heading in ("what", "measured", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")

    def row(what: str, goal: str, measure: Callable[[], str]) -> None:
        print(f"{what} …", file=sys.stderr)
        table.add_row(what, measure(), goal)

    with fresh_clone() as clone:
        up, destroy, helped = ["./lab", "up", "-s", STACK], ["./lab", "destroy"], ["./lab", "up", "--help"]
        again = "pulumi up --yes --skip-preview"
        row("fresh clone to enriched event, caches warm", "≤ 60 s", lambda: f"{run(clone, up):.1f} s")
        row("memory of the idle stack", "≤ 700 MB", lambda: f"{resident_mb(clone):.0f} MB")
        row(
            "pulumi up, nothing to do",
            "≤ 3 s",
            lambda: f"{in_lab_shell(clone, again):.1f} s",
        )
        row("./lab destroy", "≤ 5 s", lambda: f"{run(clone, destroy):.1f} s")
        row("./lab up after it", "≤ 20 s", lambda: f"{run(clone, up):.1f} s")
        row(
            "start of a verb, until it begins its work",
            "≤ 0.3 s",
            lambda: f"{run(clone, helped):.2f} s",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
