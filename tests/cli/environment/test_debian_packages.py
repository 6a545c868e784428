"""The tests' Debian packages: read from their list, and installed only where they are missing."""

import subprocess
from pathlib import Path

import pytest

from cli.environment import debian_packages
from infra.errors import LabError


def test_a_list_may_say_what_each_package_is_for() -> None:
    assert debian_packages.named("# nginx: the door\nnginx-light\n\n  docker.io \n") == [
        "nginx-light",
        "docker.io",
    ]


def test_where_nothing_is_missing_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "packages.txt").write_text("# always there\ndpkg\n")
    debian_packages.install(tmp_path, tmp_path / "packages.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["packages.txt"]


def test_who_may_not_install_is_told_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "packages.txt").write_text("no-such-package-of-debian\n")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/dpkg-query")
    nothing = subprocess.CompletedProcess([], 1, stdout="", stderr="")
    monkeypatch.setattr("subprocess.run", lambda *_args, **_options: nothing)
    with pytest.raises(LabError, match="sudo apt-get install no-such-package-of-debian"):
        debian_packages.install(tmp_path, tmp_path / "packages.txt")
