"""Files of keys and passwords: private, whole, and watched."""

from pathlib import Path

from infra.private_file import FileProvider


def test_a_private_file_is_written_watched_and_removed(tmp_path: Path) -> None:
    provider = FileProvider()
    path = tmp_path / "tls" / "server.key"
    inputs = {"path": str(path), "content": "a key"}
    made = provider.create(inputs)
    outs = made.outs or {}
    assert path.read_text() == "a key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not provider.diff(made.id, provider.read(made.id, outs).outs or {}, inputs).changes

    path.write_text("another key")
    assert provider.diff(made.id, provider.read(made.id, outs).outs or {}, inputs).changes
    provider.update(made.id, outs, inputs)
    assert path.read_text() == "a key"

    path.chmod(0o644)
    assert provider.diff(made.id, provider.read(made.id, outs).outs or {}, inputs).changes
    provider.update(made.id, outs, inputs)
    assert path.stat().st_mode & 0o777 == 0o600

    provider.delete(made.id, outs)
    assert not path.exists()
    assert provider.read(made.id, outs).id == ""
    provider.delete(made.id, outs)


def test_another_content_has_another_digest(tmp_path: Path) -> None:
    provider = FileProvider()
    first = provider.create({"path": str(tmp_path / "f"), "content": "1"}).outs or {}
    second = provider.update("", first, {"path": str(tmp_path / "f"), "content": "2"}).outs or {}
    assert first["digest"] != second["digest"]
