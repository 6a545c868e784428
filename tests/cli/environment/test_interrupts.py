"""Ctrl-C in the first moments of a command: it ends, and says nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.ctrl_c import CTRL_C


@pytest.mark.parametrize("moment", ["click", "cli.environment.caller", "infra.errors", "rich.console"])
def test_ctrl_c_while_a_verb_is_imported_ends_it_without_a_word(tmp_path: Path, moment: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(CTRL_C)
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "doctor"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PRESSED_AT": moment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.stdout, ended.stderr.strip()) == ("", "")
    assert ended.returncode in {-signal.SIGINT, 130}


def test_ctrl_c_that_the_caller_ignores_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CTRL_C)
    ended = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$0" -P -m cli --help', sys.executable],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PRESSED_AT": "click"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
