"""Which system a machine runs decides on Zeek's packages; one that the roles do not know is refused by its name."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.provision.command import Command, Result, Upload
from roles.linux import distribution
from roles.linux.distribution import Distribution, UnknownDistributionError
from roles.zeek.package import zeek_repository

RELEASES = [
    ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n', "Debian_12"),
    ('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n', "Debian_13"),
    ('PRETTY_NAME="Ubuntu 22.04.5 LTS"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n', "xUbuntu_22.04"),
    ('PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', "xUbuntu_24.04"),
]
"""What os-release says there, and the folder of Zeek's packages for it (security:zeek, repositories)."""


@dataclass
class Shell:
    """This machine's shell, which finds another os-release."""

    release: Path
    name: str = "a machine"

    def run(self, command: Command) -> Result:
        """Run a command that reads the file."""
        words = [word.replace("/etc/os-release", str(self.release)) for word in command.arguments]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return Result(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def put(self, upload: Upload) -> None:
        """Nothing is put there."""

    def close(self) -> None:
        """Nothing to give back."""


def _read(folder: Path, text: str) -> Distribution:
    (folder / "os-release").write_text(text)
    return distribution.read(Shell(folder / "os-release"))


@pytest.mark.parametrize(("text", "folder"), RELEASES, ids=[folder for _, folder in RELEASES])
def test_zeeks_packages_are_those_of_the_machines_release(tmp_path: Path, text: str, folder: str) -> None:
    repository = zeek_repository(_read(tmp_path, text))
    assert f"/security:/zeek/{folder}/" in repository.line
    assert repository.key_url.startswith(repository.line.split()[0])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('VERSION_ID="11"\nID=debian\n', "debian 11"),
        ('VERSION_ID="9.4"\nID="rocky"\n', "rocky 9.4"),
        ("ID=debian\n", "debian"),
    ],
)
def test_another_system_is_refused_with_those_that_would_do(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(
        UnknownDistributionError, match=rf"runs '{named}', and this role knows debian 12.*ubuntu 24.04"
    ):
        _read(tmp_path, text)
