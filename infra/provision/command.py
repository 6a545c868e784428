"""What a host is asked to do: commands and files, as data, so that a step is tested without a host."""

import hashlib
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Command:
    """One program with its arguments. The transport quotes them; its author never does.

    A secret goes through `stdin`: an argument is readable in every process list.
    """

    arguments: tuple[str, ...]
    stdin: bytes | None = field(default=None, repr=False)
    as_root: bool = True
    timeout: float = 300.0
    """Seconds after which the command counts as hanging."""
    ok_exit_codes: frozenset[int] = frozenset({0})
    label: str = ""
    """How messages call it, where its arguments would not tell."""

    def __str__(self) -> str:
        return self.label or " ".join(self.arguments)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file put on the host, whole or not at all.

    `mode` and `owner` are POSIX's; Windows keeps the folder's access list instead.
    """

    path: str
    content: bytes = field(repr=False)
    mode: int = 0o644
    owner: str = "root:root"
    as_root: bool = True

    @property
    def sha256(self) -> str:
        """The content's SHA-256 sum, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def __str__(self) -> str:
        return f"put {self.path} ({len(self.content)} bytes)"


Action: TypeAlias = Command | Upload
"""Something that changes a host."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command did: its exit code and what it wrote."""

    exit_code: int
    stdout: str = ""
    stderr: str = ""

    def last_lines(self, count: int = 8) -> str:
        """The last lines of what it wrote, errors last."""
        lines = [line.rstrip() for line in (self.stdout + "\n" + self.stderr).splitlines() if line.strip()]
        return "\n".join(lines[-count:])
