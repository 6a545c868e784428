"""The two executables of ours do for a real Pulumi tool what the vendor's do."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil
import pytest

from tests.cli.conftest import Project

PATIENCE: Final = 30.0


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.05)


def plugins_of(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and "cli.tool." in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def test_a_resource_is_made_kept_missed_repaired_changed_and_removed(project: Project) -> None:
    made = project.pulumi("up", "--yes", "--skip-preview")
    assert made.returncode == 0, made.stdout + made.stderr
    assert project.note.read_text() == "hello"
    assert json.loads(project.pulumi("stack", "output", "--json").stdout) == {"text": "hello"}

    again = project.pulumi("up", "--yes", "--skip-preview")
    assert "2 unchanged" in again.stdout

    project.note.unlink()
    looked = project.pulumi("refresh", "--yes", "--skip-preview")
    assert "1 deleted" in looked.stdout, looked.stdout
    project.pulumi("up", "--yes", "--skip-preview")
    assert project.note.read_text() == "hello"

    project.program((project.folder / "__main__.py").read_text().replace("hello", "goodbye"))
    previewed = project.pulumi("preview")
    assert "1 to update" in previewed.stdout, previewed.stdout
    assert project.note.read_text() == "hello"
    project.pulumi("up", "--yes", "--skip-preview")
    assert project.note.read_text() == "goodbye"

    gone = project.pulumi("destroy", "--yes", "--skip-preview")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert not project.note.exists()


def test_the_tool_does_not_warn_of_the_executables(project: Project) -> None:
    made = project.pulumi("up", "--yes", "--skip-preview")
    assert "warning" not in made.stdout + made.stderr


def test_configuration_and_secrets_reach_the_program(project: Project) -> None:
    project.program(
        "import pulumi\n"
        "config = pulumi.Config()\n"
        "pulumi.export('plain', config.require('plain'))\n"
        "pulumi.export('secret', config.require_secret('secret'))\n"
        "pulumi.export('where', pulumi.get_project() + '/' + pulumi.get_stack())\n"
    )
    project.pulumi("config", "set", "plain", "as typed")
    project.pulumi("config", "set", "--secret", "secret", "hush")
    made = project.pulumi("up", "--yes", "--skip-preview")
    assert made.returncode == 0, made.stdout
    assert json.loads(project.pulumi("stack", "output", "--json").stdout)["secret"] == "[secret]"
    shown = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets").stdout)
    assert shown == {"plain": "as typed", "secret": "hush", "where": "notes/here"}
    assert "hush" not in "".join(file.read_text() for file in project.folder.parent.glob("state/**/*.json"))


def test_what_a_program_prints_is_shown(project: Project) -> None:
    project.program("print('a line of the program')\n")
    assert "a line of the program" in project.pulumi("up", "--yes", "--skip-preview").stdout


def test_an_error_in_the_program_is_shown_once_with_the_stack_of_the_program_alone(project: Project) -> None:
    project.program("def deep():\n    raise KeyError('what is missing')\n\n\ndeep()\n")
    failed = project.pulumi("up", "--yes", "--skip-preview")
    assert failed.returncode != 0
    assert failed.stdout.partition("Diagnostics:")[2].count("KeyError: 'what is missing'") == 1
    files = set(re.findall(r'File "([^"]+)"', failed.stdout))
    assert files == {str(project.folder / "__main__.py")}


def test_an_error_in_a_resource_is_told(project: Project) -> None:
    project.program((project.folder / "__main__.py").read_text().replace("hello", "refuse"))
    failed = project.pulumi("up", "--yes", "--skip-preview")
    assert failed.returncode != 0
    assert "ValueError: this note cannot be written" in failed.stdout


def test_an_interrupted_up_finishes_and_records_the_step_under_way(project: Project) -> None:
    project.program((project.folder / "__main__.py").read_text().replace('"hello"', '"hello", takes=2'))
    up = project.start("up", "--yes", "--skip-preview")
    wait_until((project.folder / "creating").exists, "the note is being written")
    up.send_signal(signal.SIGINT)
    output, _ = up.communicate(timeout=PATIENCE)
    assert up.returncode != 0, output
    assert project.note.exists()
    gone = project.pulumi("destroy", "--yes", "--skip-preview")
    assert gone.returncode == 0, gone.stdout
    assert not project.note.exists()
    assert plugins_of(project.folder) == []


def test_no_executable_outlives_a_tool_that_was_killed(project: Project) -> None:
    project.program((project.folder / "__main__.py").read_text().replace('"hello"', '"hello", takes=3'))
    up = project.start("up", "--yes", "--skip-preview")
    wait_until((project.folder / "creating").exists, "the note is being written")
    assert len(plugins_of(project.folder)) == 2
    os.kill(up.pid, signal.SIGKILL)
    up.communicate(timeout=PATIENCE)
    wait_until(lambda: plugins_of(project.folder) == [], "both executables have ended")


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["language_host", "dynamic_provider"])
def test_an_executable_ends_when_it_is_told_to(module: str, told: signal.Signals) -> None:
    executable = subprocess.Popen(
        [sys.executable, "-u", "-P", "-m", f"cli.tool.{module}", "127.0.0.1:9"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert executable.stdout is not None
    assert executable.stdout.readline().strip().isdigit()
    executable.send_signal(told)
    assert executable.wait(timeout=PATIENCE) == 0
    executable.stdout.close()
