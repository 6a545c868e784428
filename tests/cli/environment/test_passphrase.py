"""The passphrase is made once, is secret, and is missed when it is gone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.environment import passphrase
from infra.errors import LabError


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / ".lab" / "passphrase"
    passphrase.ensure(path, tmp_path / "state")
    first = path.read_text()
    passphrase.ensure(path, tmp_path / "state")
    assert path.read_text() == first
    assert len(first) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["passphrase"]


def test_two_clones_have_different_ones(tmp_path: Path) -> None:
    for clone in ("a", "b"):
        passphrase.ensure(tmp_path / clone, tmp_path / "state")
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_commands_that_start_together_agree_on_one(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"

    def ensure_and_read(_: int) -> str:
        passphrase.ensure(path, tmp_path / "state")
        return path.read_text()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ensure_and_read, range(16)))) == 1


def test_no_new_one_is_made_for_state_that_another_encrypted(tmp_path: Path) -> None:
    state = tmp_path / "state"
    stack = state / ".pulumi" / "stacks" / "project" / "embedded.json"
    stack.parent.mkdir(parents=True)
    stack.touch()
    with pytest.raises(LabError, match=r"passphrase .* is missing"):
        passphrase.ensure(tmp_path / "passphrase", state)
    assert not (tmp_path / "passphrase").exists()
