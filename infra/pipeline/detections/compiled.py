"""The statements of the rules, compiled once for each state of the rules and of what compiles them.

Loading pySigma takes as long as much of a `pulumi up` that changes nothing: so what it came to is kept in the
user's cache, and it is loaded again when a rule, the backend or its version is another.
"""

import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from infra.cache import cache_folder

_PROJECT: Final = Path(__file__).resolve().parents[3]
_COMPILER: Final = ("sigma_ksql", "infra/pipeline/detections")


def write(folder: Path) -> list[tuple[str, str]]:
    """As `statements.write`, from the cache where nothing has changed.

    Raises:
        ConfigurationError: as `statements.write` does; faulty rules are never cached.
    """
    cached = cache_folder() / "detections" / f"{_digest(folder)}.json"
    if cached.exists():
        return [(name, text) for name, text in json.loads(cached.read_text(encoding="utf-8"))]
    from infra.pipeline.detections import statements  # noqa: PLC0415 - what the cache spares

    written = statements.write(folder)
    cached.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: another clone may look for the same file at this moment
    with tempfile.NamedTemporaryFile("w", dir=cached.parent, encoding="utf-8", delete=False) as file:
        json.dump(written, file, ensure_ascii=False)
    Path(file.name).replace(cached)
    return written


def _digest(folder: Path) -> str:
    rules = [(path.relative_to(folder.parent), path) for path in sorted(folder.glob("*/*.yml"))]
    code = [
        (path.relative_to(_PROJECT), path)
        for package in _COMPILER
        for path in sorted((_PROJECT / package).rglob("*.py"))
    ]
    total = hashlib.sha256(version("pysigma").encode())
    for name, path in [*rules, *code]:
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return total.hexdigest()
