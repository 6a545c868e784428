"""Ctrl-C on a verb: the tool finishes the step under way and records it, and the verb waits for that."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cli.environment.locations import ROOT
from cli.stack.process import PulumiFailedError, ask, run
from tests.cli.conftest import Project

VERB = """\
import os, sys
from pathlib import Path
from cli.stack.process import run
run(["up", "--yes", "--skip-preview"], dict(os.environ), Path(sys.argv[1]))
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_verb_that_is_stopped_leaves_nothing_unrecorded(project: Project, stop: signal.Signals) -> None:
    project.program((project.folder / "__main__.py").read_text().replace('"hello"', '"hello", takes=1'))
    verb = subprocess.Popen(
        [sys.executable, "-c", VERB, str(project.folder)],
        env=project.environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (project.folder / "creating").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # The whole group, as a terminal does: the tool must not hear of it twice.
    os.killpg(verb.pid, stop)
    told, _ = verb.communicate(timeout=30)
    assert "InterruptedByUserError: pulumi up was interrupted; what it had begun is recorded." in told
    assert project.note.exists()
    assert '"id": "' + str(project.note) in project.pulumi("stack", "export").stdout
    assert project.pulumi("destroy", "--yes", "--skip-preview").returncode == 0


def test_a_failure_says_which_verb_and_how_it_goes_on(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    project.program("raise ValueError('a fault of the program')\n")
    with pytest.raises(PulumiFailedError, match="pulumi up ended with 1; its reasons are above"):
        run(["up", "--yes", "--skip-preview"], project.environment, project.folder)
    assert "a fault of the program" in capfd.readouterr().out


def test_a_question_that_is_refused_quotes_the_tool(project: Project) -> None:
    with pytest.raises(
        PulumiFailedError, match=r"pulumi stack select ended with \d+: .*no stack named 'nope' found"
    ):
        ask(["stack", "select", "nope"], project.environment, project.folder)
