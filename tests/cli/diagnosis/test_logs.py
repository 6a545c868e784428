"""The last lines of a log are shown, whatever is in it."""

from pathlib import Path

from cli.diagnosis.logs import last_lines
from infra.logging_server.embedded.run_directory import RunDirectory


def test_the_last_lines_of_a_long_log(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.logs.mkdir()
    run.log("ksql").write_bytes(b"".join(b"line %d \xff\n" % number for number in range(50_000)))
    assert last_lines(run, "ksql", 2) == ["line 49998 \\xff", "line 49999 \\xff"]


def test_a_log_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert last_lines(RunDirectory(tmp_path), "ksql") == []
