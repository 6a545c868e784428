"""Changed code means a restart; what Python writes beside it does not."""

import subprocess
import sys
from pathlib import Path

from infra.logging_server.embedded.code_digest import code_digest
from infra.logging_server.embedded.server import CONSOLE_IMPORTS

PROJECT = Path(__file__).parents[4]
LOADED = """
import pkgutil, sys, console
for each in pkgutil.iter_modules(console.__path__, "console."):
    if each.name != "console.__main__":
        __import__(each.name)
print(*(m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)), sep="\\n")
"""


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


def test_modules_of_other_packages_that_one_imports_count(tmp_path: Path) -> None:
    for path in ("infra/topics.py", "embedded/__init__.py", "console/__init__.py", "infra/errors.py"):
        write(tmp_path, path, "")
    imported = ("infra/errors.py", "infra/observation")
    seen = [code_digest(tmp_path, "console", imported)]
    for path in ("infra/errors.py", "infra/observation/survey/tails.py"):
        write(tmp_path, path, "changed = 1")
        seen.append(code_digest(tmp_path, "console", imported))
    assert len(set(seen)) == len(seen)
    write(tmp_path, "infra/config.py", "of no concern")
    assert code_digest(tmp_path, "console", imported) == seen[-1]


def test_whatever_the_console_loads_of_the_lab_restarts_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    loaded = {
        Path(line).relative_to(PROJECT)
        for line in done.stdout.splitlines()
        if any(Path(line).is_relative_to(PROJECT / part) for part in ("console", "embedded", "infra"))
    }
    covered = [Path(each) for each in ("console", *CONSOLE_IMPORTS, "infra/topics.py")]
    missed = {
        path
        for path in loaded
        if path.name != "__init__.py" and not any(path.is_relative_to(each) for each in covered)
    }
    assert len(loaded) > len(covered)
    assert not missed
