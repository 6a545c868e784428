"""`./lab` in a clone: it sets itself up, repairs itself, and says what it lacks."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.environment.locations import ROOT
from tests.cli.ctrl_c import CTRL_C

PARTS = ("lab", "cli", "infra", "requirements.txt", "requirements-dev.txt", "requirements-bootstrap.txt")


@dataclass
class Clone:
    """What a clone holds that the launcher needs, in a folder of its own."""

    folder: Path

    @property
    def packages(self) -> Path:
        return next(self.folder.glob(".lab/venv/lib/python3.*/site-packages"))

    def lab(
        self, *arguments: str, program: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program or self.folder / "lab"), *arguments],
            cwd="/",
            env={**os.environ, "LAB_PYTHON": sys.executable, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def copy(to: Path) -> Clone:
    to.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, to / part)
    return Clone(to)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone that was set up by its first command."""
    made = copy(tmp_path_factory.mktemp("clones") / "a clone")
    first = made.lab("--help")
    assert first.returncode == 0, first.stderr
    return made


def test_the_first_command_works_and_the_next_ones_do_not_set_up_again(clone: Clone) -> None:
    stamp = clone.folder / ".lab" / "venv" / "installed" / "clone"
    before = stamp.stat().st_mtime_ns
    again = clone.lab("--help")
    assert (again.returncode, again.stderr) == (0, "")
    assert stamp.stat().st_mtime_ns == before


def test_help_lists_the_verbs_in_the_order_in_which_they_are_met(clone: Clone) -> None:
    lines = clone.lab("--help").stdout.partition("Commands:")[2].splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert listed.index("up") < listed.index("verify") < listed.index("destroy") < listed.index("test")


def test_what_the_system_refuses_is_told_without_a_traceback(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    # where no Pulumi tool is on PATH, the set-up looks into the cache
    asked = clone.lab("setup", XDG_CACHE_HOME=str(tmp_path / "file"), PATH=os.defpath)
    assert asked.returncode == 1
    assert f"lab: the system says: Not a directory: {tmp_path}/file" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_another_pythons_home_does_not_matter(clone: Clone, tmp_path: Path) -> None:
    assert clone.lab("--help", PYTHONHOME=str(tmp_path)).returncode == 0


def test_an_unknown_verb_is_answered_with_those_there_are(clone: Clone) -> None:
    asked = clone.lab("upp")
    assert asked.returncode != 0
    assert "There is no verb 'upp'. There are: up, " in asked.stderr


def test_it_runs_through_a_link_from_any_folder(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lab").symlink_to(clone.folder / "lab")
    assert clone.lab("--help", program=tmp_path / "bin" / "lab").returncode == 0


def test_ctrl_c_as_a_set_up_begins_ends_it_without_a_traceback(clone: Clone, tmp_path: Path) -> None:
    stamp = clone.folder / ".lab" / "venv" / "installed" / "clone"
    stamp.rename(stamp.with_name("was"))
    python = tmp_path / "python"
    begin = f"{CTRL_C}exec(sys.argv.pop(1))"
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -I ] || exec {sys.executable} "$@"\n'
        f'exec {sys.executable} -I -c {shlex.quote(begin)} "$3" "$4"\n'
    )
    python.chmod(0o700)
    try:
        ended = clone.lab("--help", LAB_PYTHON=str(python), PRESSED_AT="cli.environment.uv")
    finally:
        stamp.with_name("was").rename(stamp)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in {-signal.SIGINT, 130}


def test_an_interrupted_set_up_is_made_good(clone: Clone) -> None:
    (clone.folder / ".lab" / "venv" / "installed" / "clone").unlink()
    shutil.rmtree(clone.packages / "click")
    again = clone.lab("--help")
    assert again.returncode == 0, again.stderr
    assert (clone.packages / "click").is_dir()


def test_changed_requirements_are_installed_before_the_verb_runs(clone: Clone) -> None:
    requirements = clone.folder / "requirements.txt"
    requirements.write_text(requirements.read_text() + "# changed\n")
    shutil.rmtree(clone.packages / "idna")
    for left in clone.packages.glob("idna-*.dist-info"):
        shutil.rmtree(left)
    assert clone.lab("--help").returncode == 0
    assert (clone.packages / "idna").is_dir()


def test_commands_that_start_together_set_up_once(clone: Clone) -> None:
    shutil.rmtree(clone.folder / ".lab")
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: clone.lab("--help"), range(3)))
    assert [(end.returncode, end.stdout) for end in ended] == [(0, ended[0].stdout)] * 3, ended


def test_a_clone_that_was_moved_is_set_up_again(clone: Clone) -> None:
    moved = Clone(clone.folder.with_name("moved"))
    clone.folder.rename(moved.folder)
    try:
        assert moved.lab("--help").returncode == 0
        shebang = (moved.folder / ".lab" / "venv" / "bin" / "pytest").read_text().partition("\nimport")[0]
        assert str(moved.folder) in shebang
    finally:
        moved.folder.rename(clone.folder)


def test_an_index_that_cannot_be_reached_is_told_with_what_to_do(tmp_path: Path) -> None:
    fresh = copy(tmp_path / "clone")
    nowhere = "http://127.0.0.1:9/simple"
    failed = fresh.lab("up", PIP_INDEX_URL=nowhere, UV_CACHE_DIR=str(tmp_path / "cache"), UV_HTTP_RETRIES="0")
    assert failed.returncode == 1
    assert "lab: the Python packages could not be installed" in failed.stderr
    assert "127.0.0.1:9" in failed.stderr
    assert "     Is the package index reachable? pip's settings hold here" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_machine_without_python_is_told_how_to_get_it(tmp_path: Path) -> None:
    fresh = copy(tmp_path / "clone")
    (tmp_path / "bin").mkdir()
    for name in ("dirname", "readlink", "cmp"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    asked = fresh.lab("up", PATH=str(tmp_path / "bin"), LAB_PYTHON="")
    assert asked.returncode == 1
    assert asked.stderr.startswith("lab: no Python 3.11 or newer is on PATH.\n     Install one ")


def test_without_uv_the_pinned_one_is_brought_and_kept_for_the_next_clone(tmp_path: Path) -> None:
    without = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "uv").exists()
    )
    cache = tmp_path / "cache"
    fresh = copy(tmp_path / "first")
    first = fresh.lab("--help", PATH=without, XDG_CACHE_HOME=str(cache))
    assert first.returncode == 0, first.stderr
    (kept,) = cache.glob("flow-attribution-lab/uv/*/uv")
    brought = kept.stat().st_mtime_ns
    second = copy(tmp_path / "second").lab("--help", PATH=without, XDG_CACHE_HOME=str(cache))
    assert second.returncode == 0, second.stderr
    assert kept.stat().st_mtime_ns == brought
