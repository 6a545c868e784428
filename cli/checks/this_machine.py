"""What every stack needs of this machine: Python, the Pulumi tool or a way to it, a clock that is right."""

import platform
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cli.checks.check import Check, passes
from cli.tool import gobuild
from cli.tool.candidate import Tool, inspect
from cli.tool.provide import kept
from infra.errors import LabError
from infra.versions import PULUMI_TOOL

_PATIENCE: Final = 10.0


def checks(tool: Tool | str, code: Path) -> list[Check]:
    """All of them. `code` is a file of this clone: no clock is right that is behind it."""
    return [
        Check(name="Python", said=f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        passes("Pulumi tool", lambda: _pulumi(tool)),
        passes("clock", lambda: _clock(code)),
    ]


def find_tool() -> Tool | str:
    """The Pulumi tool that `up` would use, or why there is none yet. Installs nothing."""
    on_path = shutil.which("pulumi")
    found = inspect(Path(on_path)) if on_path else "there is none on PATH"
    own = kept() / "bin" / "pulumi"
    if isinstance(found, str) and own.exists():
        return inspect(own)
    return found


def _pulumi(tool: Tool | str) -> str:
    from cli.tool import vendor  # noqa: PLC0415 - imports the SDK, which takes a second

    if isinstance(tool, Tool):
        return f"{tool.version} in {tool.bin}"
    if vendor.is_reachable():
        return f"{tool}; up installs {PULUMI_TOOL} from {vendor.SITE}"
    try:
        go = gobuild.find_go()
    except LabError as error:
        raise LabError(f"{tool}, {vendor.SITE} does not answer, and there is no Go", error.remedy) from None
    return f"{tool}, and {vendor.SITE} does not answer; up builds {PULUMI_TOOL} with {go}, in some minutes"


def _clock(code: Path) -> str:
    now = time.time()
    if now < code.stat().st_mtime - 86_400:
        raise LabError(
            f"this machine's clock says {_said(now)}, which is before this clone was made",
            "Set it: timedatectl set-ntp true (macOS: sudo sntp -sS time.apple.com).",
        )
    return f"{_said(now)}{_synchronised()}"


def _said(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _synchronised() -> str:
    """What systemd says of it; nothing where there is none, for instance in a container."""
    program = shutil.which("timedatectl")
    if program is None:
        return ""
    try:
        asked = subprocess.run(
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return {"yes": ", synchronised", "no": ", not synchronised"}.get(asked.stdout.strip(), "")
