"""How a program of the lab begins and ends: exit codes and what it says."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from embedded import serving
from infra.errors import LabError


class Settings(BaseModel):
    port: int


def run(config: Path, monkeypatch: pytest.MonkeyPatch, started: list[Settings]) -> int:
    monkeypatch.setattr("sys.argv", ["program", "--config", str(config)])
    return serving.run("embedded.thing", Settings, started.append)


def test_a_program_is_started_with_the_settings_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Settings] = []
    (tmp_path / "thing.json").write_text('{"port": 4}')
    assert run(tmp_path / "thing.json", monkeypatch, started) == 0
    assert started == [Settings(port=4)]


def test_a_file_of_no_use_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Settings] = []
    (tmp_path / "thing.json").write_text('{"port": "four"}')
    assert run(tmp_path / "thing.json", monkeypatch, started) == 2
    assert run(tmp_path / "nowhere.json", monkeypatch, started) == 2
    said = capsys.readouterr().err
    assert f"thing: {tmp_path / 'thing.json'} cannot be used" in said
    assert "port" in said
    assert f"thing: {tmp_path / 'nowhere.json'} cannot be used" in said
    assert not started


def test_a_failure_says_what_happened_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(settings: Settings) -> None:
        raise LabError(f"Port {settings.port} is taken.", "Choose another port.")

    (tmp_path / "thing.json").write_text('{"port": 4}')
    monkeypatch.setattr("sys.argv", ["program", "--config", str(tmp_path / "thing.json")])
    assert serving.run("embedded.thing", Settings, fail) == 1
    said = capsys.readouterr().err
    assert "thing: Port 4 is taken." in said
    assert "Choose another port." in said
