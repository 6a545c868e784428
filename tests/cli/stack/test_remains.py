"""What a killed command left running is stopped, although no state knows of it."""

from pathlib import Path

import psutil
import pytest

from cli.stack import remains
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisord import Supervisord, start


def test_a_supervisor_that_is_in_no_state_is_stopped_and_its_folder_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RunDirectory(tmp_path / "left")
    start(run)
    supervisor = psutil.Process(Supervisord(run).pid())
    remains.remove("left", tmp_path)
    psutil.wait_procs([supervisor], timeout=10)
    assert run.processes() == []
    assert list(tmp_path.iterdir()) == []
    assert f"removed what a killed command had left in {run.path}" in capsys.readouterr().err


def test_where_nothing_was_left_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remains.remove("gone", tmp_path)
    assert capsys.readouterr() == ("", "")
