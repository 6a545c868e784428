"""Which code a process runs: changed code means that it has to be started again."""

import hashlib
from pathlib import Path


def code_digest(project: Path, package: str) -> str:
    """SHA-256 over the names and contents of a package's files and of the modules that all share."""
    shared = [project / "infra" / "topics.py", project / "embedded" / "__init__.py"]
    own = [
        path for path in (project / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    total = hashlib.sha256()
    for path in sorted([*own, *shared]):
        total.update(str(path.relative_to(project)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
