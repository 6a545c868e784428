"""What a killed Pulumi tool leaves behind is put right, and a living one is left alone."""

import os
import signal
import time

import pytest

from cli.stack import repair
from infra.errors import LabError
from tests.cli.conftest import Project


@pytest.fixture
def slow(project: Project) -> Project:
    """A project whose note takes a while to write."""
    project.program((project.folder / "__main__.py").read_text().replace('"hello"', '"hello", takes=4'))
    return project


def begin_up(project: Project) -> int:
    up = project.start("up", "--yes", "--skip-preview")
    deadline = time.monotonic() + 30
    while not (project.folder / "creating").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return up.pid


def test_a_stack_that_is_being_worked_on_is_refused_by_process(slow: Project) -> None:
    state = slow.folder.parent / "state"
    pid = begin_up(slow)
    try:
        with pytest.raises(LabError, match=rf"here is being worked on by process {pid}"):
            repair.stale_lock("here", slow.environment, state, slow.folder)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_the_lock_and_the_half_made_resource_of_a_killed_up_are_repaired(slow: Project) -> None:
    state = slow.folder.parent / "state"
    pid = begin_up(slow)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert "locked" in slow.pulumi("up", "--yes", "--skip-preview").stderr
    repair.stale_lock("here", slow.environment, state, slow.folder)
    assert repair.half_recorded("here", slow.environment, slow.folder)
    again = slow.pulumi("up", "--yes", "--skip-preview", "--refresh")
    assert again.returncode == 0, again.stdout + again.stderr
    assert slow.note.exists()


def test_a_sound_stack_needs_no_repair(project: Project) -> None:
    project.pulumi("up", "--yes", "--skip-preview")
    repair.stale_lock("here", project.environment, project.folder.parent / "state", project.folder)
    assert not repair.half_recorded("here", project.environment, project.folder)


def test_a_lock_from_another_machine_is_not_broken() -> None:
    lock = {"hostname": "another.example", "pid": 1}
    assert repair.holder_at_work(lock) == "process 1 on another.example"
