"""A Pulumi tool on this machine, and whether it will do."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.versions import PULUMI_TOOL

LANGUAGE_HOST: Final = "pulumi-language-python"
DYNAMIC_PROVIDER: Final = "pulumi-resource-pulumi-python"
COMPANIONS: Final = (LANGUAGE_HOST, DYNAMIC_PROVIDER)
"""What a tool needs beside it, or on PATH, to run a Python program with resources of its own."""

PATIENCE: Final = 30.0
"""Seconds that a tool may take to tell its version."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A Pulumi tool that runs the lab: the program `pulumi` in the folder `bin`, of that version."""

    bin: Path
    version: str


def unfit_because(reported: str, *, has_companions: bool) -> str | None:
    """Why a tool will not do, or None.

    Args:
        reported: what it answers to `pulumi version`, such as `v3.259.0`.
        has_companions: whether Python's language host and dynamic provider are there for it.
    """
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?", reported.strip())
    if match is None:
        return f"does not tell a version but {reported.strip()[:60]!r}"
    version, wanted = tuple(int(part) for part in match.groups()), tuple(map(int, PULUMI_TOOL.split(".")))
    if version[0] != wanted[0]:
        return f"is version {reported.strip()}; the lab needs version {wanted[0]}"
    if version < wanted:
        return f"is version {reported.strip()}; the lab needs {PULUMI_TOOL} or newer"
    if not has_companions:
        return f"comes without {' and '.join(COMPANIONS)}, which run Python programs"
    return None


def inspect(program: Path) -> Tool | str:
    """Ask the tool at `program` who it is: a Tool if it will do, else why not."""
    try:
        asked = subprocess.run(
            [program, "version"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not run: {error}"
    folder = program.resolve().parent
    has_companions = all((folder / name).exists() or shutil.which(name) for name in COMPANIONS)
    if reason := unfit_because(asked.stdout or asked.stderr, has_companions=has_companions):
        return f"{program} {reason}"
    return Tool(bin=program.parent, version=asked.stdout.strip().removeprefix("v"))
