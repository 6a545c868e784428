"""Set-ups take turns."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.environment.locations import ROOT
from cli.environment.lock import exclusive

HOLDER = """\
import sys
from pathlib import Path
from cli.environment.lock import exclusive
with exclusive(Path(sys.argv[1]), "holding it"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_one_waits_and_says_for_whom(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    holder = hold(path)
    waiter = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert waiter.stderr is not None
    assert f"waiting for process {holder.pid}, which is holding it" in waiter.stderr.readline()
    assert waiter.poll() is None
    holder.communicate("done\n", timeout=30)
    assert waiter.communicate(timeout=30)[0] == "held\n"


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holder = hold(tmp_path / "lock")
    holder.kill()
    holder.communicate()
    with exclusive(tmp_path / "lock", "taking it over"):
        assert "waiting" not in capsys.readouterr().err
