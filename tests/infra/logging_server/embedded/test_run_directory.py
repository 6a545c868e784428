"""The folder of a running stack: short enough a socket, private, and known again."""

from pathlib import Path

import pytest

from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory


def test_a_short_path_has_the_socket_in_it_and_a_long_or_strange_one_elsewhere() -> None:
    assert RunDirectory(Path("/srv/lab/.lab/run/embedded")).socket.parent == Path(
        "/srv/lab/.lab/run/embedded"
    )
    for awkward in (Path("/srv") / ("long" * 30), Path("/srv/100% mine"), Path("/srv/a;b")):
        socket = RunDirectory(awkward).socket
        assert len(str(socket)) < 100
        assert awkward not in socket.parents
        assert socket == RunDirectory(awkward).socket
        assert socket != RunDirectory(awkward / "other").socket


def test_an_instance_is_remembered_until_its_folder_is_gone(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    first = run.instance()
    assert RunDirectory(tmp_path / "run").instance() == first
    (tmp_path / "run" / "instance").unlink()
    assert run.instance() != first


def test_folders_are_private(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    run.make()
    assert [path for path in (run.path, run.logs, run.programs) if path.stat().st_mode & 0o077] == []


def test_a_socket_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / ("long" * 30))
    run.socket.parent.mkdir()
    run.socket.parent.chmod(0o777)
    try:
        with pytest.raises(LabError, match="no private folder of yours"):
            run.make()
    finally:
        run.socket.parent.rmdir()
