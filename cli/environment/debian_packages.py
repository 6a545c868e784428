"""The Debian packages that the tests' real programs come from: nginx, sshd, a Docker engine, debootstrap."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cli.environment.locations import ROOT
from cli.environment.process import run_logged
from cli.environment.progress import step
from infra.errors import LabError

LIST: Final = ROOT / "tests" / "debian-packages.txt"


def named(text: str) -> list[str]:
    """The packages of a list with one a line; a line that begins with # says what one is for."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    done = subprocess.run(query, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout == "installed"


def install(log_folder: Path, packages: Path = LIST) -> None:
    """Install those packages that are missing; elsewhere than on Debian and Ubuntu there is nothing to do.

    A test that lacks its program on another system says which one it is.

    Raises:
        LabError: packages are missing, and this user may not install them; the message has the command.
        StepFailedError: apt-get failed.
    """
    if shutil.which("dpkg-query") is None:
        return
    missing = [
        package for package in named(packages.read_text(encoding="utf-8")) if not _is_installed(package)
    ]
    if not missing:
        return
    wanted = f"apt-get install {' '.join(missing)}"
    if os.geteuid() != 0:
        raise LabError(
            f"the tests run real programs, and this machine lacks their packages: {', '.join(missing)}",
            f"Install them: sudo {wanted}",
        )
    remedy = f"Mend what apt-get says, or install them by hand: {wanted}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing {', '.join(missing)}"):
        for name, command in (
            ("update", ["apt-get", "update"]),
            ("install", ["apt-get", "install", "--yes", "--no-install-recommends", *missing]),
        ):
            run_logged(
                command,
                log_folder / f"apt-{name}.log",
                failed=f"apt-get {name} failed",
                remedy=remedy,
                environment=environment,
            )
