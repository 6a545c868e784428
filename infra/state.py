"""A stack's state, as the Pulumi tool tells it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from infra.errors import LabError


def export(stack: str, project: Path) -> dict[str, Any]:
    """What `pulumi stack export` prints, secrets encrypted; within an `up`, the state as of now.

    Raises:
        LabError: the tool is not on PATH, or refused.
    """
    tool = shutil.which("pulumi")
    if tool is None:
        raise LabError("the Pulumi tool is not on PATH.", "source .lab/env")
    arguments = [tool, "--non-interactive", "stack", "export", "--stack", stack]
    asked = subprocess.run(arguments, capture_output=True, text=True, cwd=project, check=False)
    if asked.returncode != 0:
        raise LabError(
            f"the state of the stack {stack} cannot be read: {asked.stderr.strip()}",
            "Is the set-up whole? ./lab setup repairs it.",
        )
    told: dict[str, Any] = json.loads(asked.stdout)
    return told
