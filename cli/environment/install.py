"""The Python environment of this clone: exactly what the requirements files pin, checked by hash.

The launcher runs this with any Python that is new enough, before there is an environment: nothing here may
import more than the standard library.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from cli.environment import interrupts
from cli.environment.caller import complete_streams, telling_errors
from cli.environment.locations import LAB_FOLDER, LOGS, ROOT, VENV
from cli.environment.lock import exclusive
from cli.environment.package_index import current_settings, uv_environment
from cli.environment.process import StepFailedError, run_logged
from cli.environment.progress import step
from cli.environment.uv import find_uv, install_uv, make_environment

REQUIREMENTS: Final = ("requirements.txt", "requirements-dev.txt")
"""What is installed, all of it at once: `pytest` works as typed in a clone that is set up."""

INSTALLED: Final = VENV / "installed"
"""Copies of the requirements files as they were installed, and the clone's path; the launcher compares them.

`clone` in it is written last and removed first: an environment without it was interrupted and is made anew.
"""
CLONE: Final = INSTALLED / "clone"

REMEDY: Final = (
    "Is the package index reachable? pip's settings hold here: pip config list, PIP_INDEX_URL.\n"
    "Then run the same command again: it goes on from here."
)


def ensure() -> None:
    """Make the environment hold what the requirements files pin, unless it does; others wait meanwhile.

    Raises:
        LabError: the environment cannot be made, or the packages not be had.
    """
    if is_current():
        return
    with exclusive(LAB_FOLDER / "setup.lock", "setting this clone up"):
        if not is_current():
            with step("installing the Python packages"):
                install(base_python())


def is_current() -> bool:
    """Whether the environment is whole, belongs to this clone and holds what the requirements files pin."""
    return is_whole() and all(
        (INSTALLED / file).is_file() and (INSTALLED / file).read_bytes() == (ROOT / file).read_bytes()
        for file in REQUIREMENTS
    )


def is_whole() -> bool:
    """Whether the last set-up ended well, in this very place: an environment does not survive being moved."""
    return (
        (VENV / "bin" / "python").exists()
        and CLONE.is_file()
        and CLONE.read_text(encoding="utf-8").rstrip("\n") == str(ROOT)
    )


def base_python() -> Path:
    """The Python that this one's environment was made from, or this one."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def install(python: Path) -> None:
    """Make the environment, in place where it is whole, else anew with `python`.

    Raises:
        StepFailedError: a program that does it failed.
    """
    anew = not is_whole()
    CLONE.unlink(missing_ok=True)
    uv = find_uv()
    if uv is None:
        try:
            uv = install_uv(python)
        except StepFailedError as error:
            print(f"lab: {error.what}\nlab: going on with pip alone, which is slower", file=sys.stderr)
    if anew:
        shutil.rmtree(VENV, ignore_errors=True)
    if uv is not None:
        install_with_uv(uv, python if anew else None)
    else:
        install_with_pip(python if anew else None)
    for packages in VENV.glob("lib/python3.*/site-packages"):
        # Lets `python -m cli`, and every program of the lab that Pulumi starts, be found from any folder.
        (packages / "flow-attribution-lab.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir()
    for file in REQUIREMENTS:
        shutil.copyfile(ROOT / file, INSTALLED / file)
    CLONE.write_text(f"{ROOT}\n", encoding="utf-8")


def install_with_uv(uv: Path, python: Path | None) -> None:
    """Let uv make the environment from `python` (None: leave it) and bring it to exactly what is pinned."""
    environment = uv_environment(current_settings(base_python()), _own_environment())
    if python is not None:
        run_logged(
            [str(uv), "venv", "--python", str(python), str(VENV)],
            LOGS / "venv.log",
            failed="a Python environment could not be made",
            remedy="Look at the output, then run the same command again.",
            environment=environment,
        )
    run_logged(
        [str(uv), "pip", "sync", "--python", str(VENV / "bin" / "python"), "--require-hashes", *REQUIREMENTS],
        LOGS / "packages.log",
        failed="the Python packages could not be installed",
        remedy=REMEDY,
        environment=environment,
        directory=ROOT,
    )


def install_with_pip(python: Path | None) -> None:
    """Let pip do the same, but for taking away what is no longer needed."""
    if python is not None:
        make_environment(python, VENV)
    for file in REQUIREMENTS:
        run_logged(
            [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "-r", file],
            LOGS / "packages.log",
            failed=f"the Python packages of {file} could not be installed",
            remedy=REMEDY,
            directory=ROOT,
        )


def _own_environment() -> dict[str, str]:
    """The environment without what would send uv to another environment than the lab's."""
    return {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT"}}


def main() -> None:
    """Make the environment that the launcher needs; an error is told and ends this with 1."""
    try:
        interrupts.interrupt()
        complete_streams()
        with telling_errors():
            ensure()
    except KeyboardInterrupt:
        print("lab: interrupted; the next command makes up for it.", file=sys.stderr)
        sys.exit(interrupts.INTERRUPTED)
