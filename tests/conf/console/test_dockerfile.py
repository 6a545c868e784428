"""The image of the console: what the Dockerfile copies and installs is all that the console needs."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "conf" / "console"


def copied(into: Path) -> None:
    """Do what the COPY lines below WORKDIR say."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8").split("WORKDIR", 1)[1]
    for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            place = REPOSITORY / source
            if place.is_dir():
                shutil.copytree(place, into / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (into / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(place, into / target)


def pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_console_starts_from_what_is_copied_with_the_packages_that_are_installed(tmp_path: Path) -> None:
    copied(tmp_path)
    script = "import sys; import console.server; print('\\n'.join(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    owners = packages_distributions()
    used = {
        name.lower().replace("_", "-")
        for module in {module.split(".")[0] for module in ran.stdout.split()}
        for name in owners.get(module, ())
    }
    lab = {"console", "embedded", "infra"}
    editable = {"virtualenv", "setuptools", "pip"}
    assert used - lab - editable <= set(pins(FOLDER / "requirements.txt"))


def test_the_engine_is_sent_all_that_is_copied() -> None:
    sent = re.findall(
        r"^!(.+)$", (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE
    )
    lines = re.findall(r"^COPY (.+)$", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {source for line in lines for source in line.split()[:-1]} == set(sent)


def test_its_packages_are_the_labs_own_versions_by_hash() -> None:
    mine, labs = pins(FOLDER / "requirements.txt"), pins(REPOSITORY / "requirements.txt")
    assert mine.items() <= labs.items()
    text = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    assert all("--hash=sha256:" in part for part in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:])
