"""Which code a process runs: changed code means that it has to be started again."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path


def code_digest(project: Path, package: str, imported: Sequence[str] = ()) -> str:
    """SHA-256 over the names and contents of a package's files and of the modules that all share.

    Args:
        project: the root of the repository.
        package: the package's folder below it.
        imported: folders of other packages and files of modules that this one imports.
    """
    shared = [project / "infra" / "topics.py", project / "embedded" / "__init__.py"]
    own = [file for each in (package, *imported) for file in _files(project / each)]
    total = hashlib.sha256()
    for path in sorted({*own, *shared}):
        total.update(str(path.relative_to(project)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(place: Path) -> Iterator[Path]:
    for path in [place] if place.is_file() else place.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
