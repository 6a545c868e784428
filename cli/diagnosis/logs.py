"""The last lines of the processes' logs, and the faults that they alone tell of."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from infra.logging_server.embedded.run_directory import RunDirectory
from infra.observation.faults import expired_certificate, full_disk, wrong_token
from infra.observation.faults.finding import Finding

LINES: Final = 12
_BYTES: Final = 64 * 1024
_HEC: Final[tuple[tuple[re.Pattern[str], Callable[[str], Finding]], ...]] = (
    (re.compile(r"HEC answered 40[13]|Invalid token"), wrong_token.finding),
    (re.compile(r"certificate has expired", re.IGNORECASE), expired_certificate.finding),
    (re.compile(r"HEC answered 503|Server is busy"), full_disk.finding),
)
"""What a sink's log says when it does not get rid of its events, and what that is called."""


def last_lines(run: RunDirectory, program: str, count: int = LINES) -> list[str]:
    """The end of a process's log; empty where this machine has none."""
    file: Path = run.log(program)
    if not program or not file.is_file():
        return []
    with file.open("rb") as log:
        log.seek(max(file.stat().st_size - _BYTES, 0))
        text = log.read().decode(errors="backslashreplace")
    return text.splitlines()[-count:]


def told_by_sink(lines: Sequence[str]) -> Finding | None:
    """The fault that the sink's last complaint is about, None where it has none."""
    for line in reversed(lines):
        for pattern, finding in _HEC:
            if pattern.search(line):
                return finding(f"Connect cannot deliver: {line.strip()}")
    return None
