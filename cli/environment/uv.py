"""uv, which installs packages ten times as fast as pip: the user's own, or one pinned by its hash."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from cli.environment.locations import LOGS, ROOT
from cli.environment.process import run_logged
from cli.environment.progress import step
from infra.cache import cache_folder

PINNED: Final = ROOT / "requirements-bootstrap.txt"


def pinned_version() -> str:
    """The version of uv in requirements-bootstrap.txt."""
    lines = PINNED.read_text(encoding="utf-8").splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith("uv=="))


def find_uv() -> Path | None:
    """A uv that works: on PATH, or brought here for another clone."""
    cached = cache_folder() / "uv" / pinned_version() / "uv"
    for candidate in (shutil.which("uv"), str(cached)):
        if candidate is None or not os.access(candidate, os.X_OK):
            continue
        if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return Path(candidate)
    return None


def install_uv(python: Path) -> Path:
    """Bring the pinned uv into the user's cache folder, through a throw-away environment's pip.

    Raises:
        StepFailedError: `python` makes no environments, or pip cannot get uv.
    """
    target = cache_folder() / "uv" / pinned_version() / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        step(f"installing uv {pinned_version()}, which installs the rest"),
        tempfile.TemporaryDirectory(dir=target.parent) as scratch,
    ):
        make_environment(python, Path(scratch))
        run_logged(
            [
                f"{scratch}/bin/python",
                "-m",
                "pip",
                "install",
                "--retries",
                "1",
                "--require-hashes",
                "-r",
                str(PINNED),
            ],
            LOGS / "uv.log",
            failed="uv could not be installed",
            remedy="",
        )
        (Path(scratch) / "bin" / "uv").replace(target)
    return target


def make_environment(python: Path, folder: Path) -> None:
    """Make an environment with pip at `folder`.

    Raises:
        StepFailedError: `python` lacks the modules for it, as Debian's does without python3-venv.
    """
    run_logged(
        [str(python), "-m", "venv", "--clear", str(folder)],
        LOGS / "venv.log",
        failed="a Python environment could not be made",
        remedy="Install uv, or Python's venv module (Debian, Ubuntu: apt install python3-venv).",
    )
