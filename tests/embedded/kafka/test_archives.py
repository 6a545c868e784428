"""The locked Java archives: whole, and what was locked."""

import zipfile
from pathlib import Path

import pytest

from embedded.kafka import archives


def test_every_locked_archive_is_there_and_is_a_java_archive() -> None:
    found = archives.classpath()
    assert all(zipfile.is_zipfile(path) for path in found)
    assert any("kafka-clients" in path.name for path in found)


def test_kafkas_parts_are_all_of_one_version() -> None:
    parts = [path.name for path in archives.classpath() if path.parts[-4:-3] == ("kafka",)]
    assert len({name.rsplit("-", 1)[1] for name in parts}) == 1


def test_an_archive_that_was_changed_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = tmp_path / "jgo.lock.toml"
    text = archives.LOCK.read_text()
    first = text.split('sha256 = "', 1)[1][:64]
    lock.write_text(text.replace(first, "0" * 64))
    monkeypatch.setattr(archives, "LOCK", lock)
    with pytest.raises(archives.ArchiveError, match="SHA-256"):
        archives.classpath()
