"""A clone of the lab with ports of its own, in which the real Pulumi tool brings the embedded stack up."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import pytest
import yaml

from cli.environment.locations import ROOT
from infra import config, preflight
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisord import Supervisord
from infra.outputs import StackOutputs, parse

LEFT_OUT: Final = shutil.ignore_patterns(
    ".lab", ".git", "__pycache__", ".*_cache", ".hypothesis", "*.f2.yaml"
)
PATIENCE_SECONDS: Final = 300
UP: Final = "pulumi up --yes --skip-preview --stack embedded"


@dataclass(frozen=True)
class Clone:
    """A clone of the lab, and what its user types."""

    folder: Path
    ports: dict[str, int]

    @property
    def run(self) -> RunDirectory:
        return RunDirectory(self.folder / ".lab" / "run" / "embedded")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {**kept, "LAB_PYTHON": sys.executable, "PULUMI_HOME": str(self.folder / ".pulumi")}

    @contextmanager
    def running(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """A shell command that runs in the clone while the block does; `.lab/env` is read where it is there."""
        process = self._start(command)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def _start(self, command: str) -> subprocess.Popen[str]:
        prepared = f"set -e; if [ -f .lab/env ]; then . .lab/env; fi; exec {command}"
        return subprocess.Popen(
            ["bash", "-c", prepared],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def types(self, command: str) -> str:
        """Run a command and return what it printed; it has to succeed."""
        code, printed = self.tries(command)
        assert code == 0, f"{command} ended with {code}:\n{printed}\n{self.logs()}"
        return printed

    def tries(self, command: str) -> tuple[int, str]:
        """Run a command and return its exit code and what it printed."""
        with self.running(command) as process:
            printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
            return process.returncode, printed

    def outputs(self) -> StackOutputs:
        return parse(self.types("pulumi stack output --json --show-secrets --stack embedded"))

    def configure(self, values: dict[str, Any]) -> None:
        """Write values into the stack's configuration file."""
        file = self.folder / "Pulumi.embedded.yaml"
        content = yaml.safe_load(file.read_text())
        content["config"].update({f"{config.PROJECT}:{key}": value for key, value in values.items()})
        file.write_text(yaml.safe_dump(content))

    def pid(self, program: str) -> int:
        info = Supervisord(self.run).info(program)
        assert info is not None
        return int(info["pid"])

    def state(self) -> str:
        """The stack's state as it stands on disk."""
        return (self.folder / ".lab/state/.pulumi/stacks" / config.PROJECT / "embedded.json").read_text()

    def logs(self) -> str:
        """The last lines of every process, for a failure's message."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            for log in sorted(self.run.logs.glob("*.log"))
        )


def replayed(printed: str) -> dict[str, Any]:
    """The object that `./lab replay --json` printed."""
    figures: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return figures


def make_clone(folder: Path) -> Clone:
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    keys = list(config.LabConfiguration().ports)
    # below the range that systems take the ports of outgoing connections from
    free = [port for port in random.sample(range(20000, 32000), 10 * len(keys)) if preflight.is_free(port)]
    clone = Clone(folder, dict(zip(keys, free, strict=False)))
    clone.configure(clone.ports)
    return clone


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A clone whose embedded stack is up, as `./lab up` left it; destroyed when the tests are through."""
    made = make_clone(tmp_path_factory.mktemp("clones") / "a clone of the lab")
    try:
        printed = made.types("./lab up")
        (made.folder / "up.log").write_text(printed)
        yield made
        made.types("./lab destroy")
        assert made.run.processes() == []
        assert not made.run.path.exists()
        assert all(preflight.is_free(port) for port in made.ports.values())
    finally:
        for process in made.run.processes():
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
