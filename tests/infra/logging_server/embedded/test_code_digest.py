"""Changed code means a restart; what Python writes beside it does not."""

from pathlib import Path

from infra.logging_server.embedded.code_digest import code_digest


def write(project: Path, path: str, text: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text)


def test_code_and_what_is_shared_count_and_bytecode_does_not(tmp_path: Path) -> None:
    for path in ("infra/topics.py", "embedded/__init__.py", "embedded/ksql/__init__.py"):
        write(tmp_path, path, "")
    first = code_digest(tmp_path, "embedded/ksql")
    write(tmp_path, "embedded/ksql/__pycache__/x.pyc", "bytecode")
    write(tmp_path, "embedded/splunk/__init__.py", "another package")
    assert code_digest(tmp_path, "embedded/ksql") == first
    write(tmp_path, "embedded/ksql/plan/joins.py", "joins = 1")
    second = code_digest(tmp_path, "embedded/ksql")
    assert second != first
    write(tmp_path, "infra/topics.py", "ZEEK = 1")
    assert code_digest(tmp_path, "embedded/ksql") != second
