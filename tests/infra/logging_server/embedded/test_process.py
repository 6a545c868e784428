"""Supervisor and supervised processes, with the real supervisord and programs that do nothing."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.logging_server.embedded.process import ProcessProvider
from infra.logging_server.embedded.run_directory import OWNER_VARIABLE, RunDirectory, await_end, stop
from infra.logging_server.embedded.supervisor import SupervisorProvider
from infra.logging_server.embedded.supervisord import Supervisord

SERVER = (
    "import http.server,sys\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self): self.send_response(200); self.end_headers()\n"
    "    def log_message(self, *a): pass\n"
    "print('serving', flush=True)\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()\n"
)


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


class Stack:
    """A supervisor and the inputs of processes beneath it."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self.supervisor = SupervisorProvider()
        self.process = ProcessProvider()
        self.inputs = {"run_directory": str(run.path), "state": "running"}
        self.state = self.supervisor.create(self.inputs).outs or {}

    def program(self, name: str, *command: str, **more: Any) -> dict[str, Any]:
        return {
            "program": name,
            "run_directory": str(self.run.path),
            "directory": str(self.run.path),
            "command": list(command),
            "settings": "{}",
            "digests": {},
            "supervisor": self.state["generation"],
            "health": {"kind": "lives"},
            "deadline": 20.0,
            "state": "serving",
            **more,
        }

    def sleeper(self, name: str = "sleeper", **more: Any) -> dict[str, Any]:
        return self.program(name, sys.executable, "-c", "import time; time.sleep(600)", **more)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run directory in the sort of place that breaks things."""
    return RunDirectory(tmp_path / f"blanks, 100%; a quote's and {'very ' * 20} long name" / "run" / "test")


@pytest.fixture
def stack(run: RunDirectory) -> Iterator[Stack]:
    stack = Stack(run)
    yield stack
    stack.supervisor.delete(str(run.path), stack.state)
    assert not run.path.exists()
    assert not run.socket.parent.exists()
    assert run.processes() == []


def test_a_process_is_up_when_it_answers_and_gone_when_deleted(stack: Stack, free_port: int) -> None:
    script = stack.run.path / "server.py"
    script.write_text(SERVER)
    url = f"http://127.0.0.1:{free_port}/"
    inputs = stack.program(
        "web", sys.executable, str(script), str(free_port), health={"kind": "http", "url": url}
    )
    made = stack.process.create(inputs)
    assert made.outs is not None
    pid = made.outs["pid"]
    assert psutil.Process(pid).environ()[OWNER_VARIABLE] == str(stack.run.path)
    assert "serving" in stack.run.log("web").read_text()
    assert not stack.process.diff(made.id, made.outs, inputs).changes

    stack.process.delete(made.id, made.outs)
    assert not lives(pid)
    assert not stack.run.settings("web").exists()
    stack.process.delete(made.id, made.outs)


def test_a_killed_process_is_restarted(stack: Stack) -> None:
    made = stack.process.create(stack.sleeper())
    assert made.outs is not None
    killed = psutil.Process(made.outs["pid"])
    killed.kill()
    deadline = time.monotonic() + 10
    pid = killed.pid
    while pid in {0, killed.pid} and time.monotonic() < deadline:
        pid = (stack.process.read(made.id, made.outs).outs or {})["pid"]
    assert psutil.pid_exists(pid)
    assert pid not in {0, killed.pid}


def test_a_stopped_process_is_seen_and_started_again(stack: Stack) -> None:
    inputs = stack.sleeper()
    made = stack.process.create(inputs)
    Supervisord(stack.run).remove("sleeper")
    seen = stack.process.read(made.id, made.outs or {}).outs
    assert seen is not None
    assert seen["state"] == "stopped"
    assert stack.process.diff(made.id, seen, inputs).changes
    after = stack.process.update(made.id, seen, inputs).outs
    assert after is not None
    assert psutil.pid_exists(after["pid"])


def test_other_settings_restart_a_process_and_the_same_do_not(stack: Stack) -> None:
    inputs = stack.sleeper()
    made = stack.process.create(inputs)
    assert made.outs is not None
    other = {**inputs, "settings": '{"level": 2}'}
    assert stack.process.diff(made.id, made.outs, other).changes
    after = stack.process.update(made.id, made.outs, other).outs
    assert after is not None
    assert after["pid"] != made.outs["pid"]
    assert stack.run.settings("sleeper").read_text() == '{"level": 2}'
    assert stack.run.settings("sleeper").stat().st_mode & 0o777 == 0o600


def test_a_program_that_cannot_start_is_reported_with_its_last_words(stack: Stack) -> None:
    inputs = stack.program("broken", sys.executable, "-c", "raise SystemExit('no disk left')")
    with pytest.raises(Exception, match="no disk left") as error:
        stack.process.create(inputs)
    assert "broken" in str(error.value)
    assert str(stack.run.log("broken")) in str(error.value)


def test_a_program_that_lives_and_refuses_is_reported_with_what_it_answers(
    stack: Stack, free_port: int
) -> None:
    script = stack.run.path / "server.py"
    full = "self.send_response(503); self.end_headers(); self.wfile.write(b'no room')"
    script.write_text(SERVER.replace("self.send_response(200); self.end_headers()", full))
    health = {"kind": "http", "url": f"http://127.0.0.1:{free_port}/"}
    inputs = stack.program("web", sys.executable, str(script), str(free_port), health=health, deadline=1.0)
    with pytest.raises(Exception, match=r"does not serve after 1 s: .* answers HTTP 503 no room"):
        stack.process.create(inputs)


def test_an_interrupted_up_is_taken_over(stack: Stack) -> None:
    first = stack.process.create(stack.sleeper()).outs
    again = stack.supervisor.create(stack.inputs).outs
    assert again is not None
    assert first is not None
    assert again["generation"] == stack.state["generation"]
    second = stack.process.create(stack.sleeper()).outs
    assert second is not None
    assert not lives(first["pid"])
    assert psutil.pid_exists(second["pid"])


def test_orphans_of_a_killed_supervisor_are_stopped_before_it_is_started_again(stack: Stack) -> None:
    made = stack.process.create(stack.sleeper()).outs
    assert made is not None
    supervisord = psutil.Process(Supervisord(stack.run).pid())
    supervisord.kill()
    assert await_end([supervisord], 10) == []
    assert psutil.pid_exists(made["pid"]), "the child outlives its supervisor"

    seen = stack.supervisor.read(str(stack.run.path), stack.state).outs
    assert seen is not None
    assert seen["state"] == "dead"
    assert stack.supervisor.diff("", seen, stack.inputs).changes
    after = stack.supervisor.update(str(stack.run.path), seen, stack.inputs).outs
    assert after is not None
    assert not lives(made["pid"])
    assert after["generation"] != stack.state["generation"], "so every process is started again"
    assert after["instance"] == stack.state["instance"], "its data is the same"


def test_destroy_stops_the_orphans_of_a_killed_supervisor_and_nobody_else(stack: Stack) -> None:
    made = stack.process.create(stack.sleeper()).outs
    assert made is not None
    strange = psutil.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        env={**os.environ, OWNER_VARIABLE: str(stack.run.path) + "-of-another-clone"},
    )
    try:
        supervisord = psutil.Process(Supervisord(stack.run).pid())
        supervisord.kill()
        assert await_end([supervisord], 10) == []
        stack.supervisor.delete(str(stack.run.path), stack.state)
        assert not lives(made["pid"])
        assert strange.is_running()
    finally:
        stop([strange])


def test_a_lost_run_directory_means_another_instance(stack: Stack) -> None:
    stack.supervisor.delete(str(stack.run.path), stack.state)
    assert stack.supervisor.read(str(stack.run.path), stack.state).id == ""
    again = stack.supervisor.create(stack.inputs).outs
    assert again is not None
    assert again["instance"] != stack.state["instance"]


def test_files_of_a_run_are_private(stack: Stack) -> None:
    stack.process.create(stack.sleeper())
    for path in stack.run.path.rglob("*"):
        assert path.lstat().st_mode & 0o077 == 0, path
