"""A stack's state, as the Pulumi tool tells it."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.errors import LabError


def export(stack: str, project: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What `pulumi stack export` prints, secrets encrypted; within an `up`, the state as of now.

    Args:
        stack: whose state.
        project: the folder of Pulumi.yaml.
        environment: what the tool runs in: where it is, where states are kept.

    Raises:
        LabError: the tool is not on PATH, or refused.
    """
    tool = shutil.which("pulumi", path=environment.get("PATH"))
    if tool is None:
        raise LabError("the Pulumi tool is not on PATH.", "source .lab/env")
    arguments = [tool, "--non-interactive", "stack", "export", "--stack", stack]
    asked = subprocess.run(
        arguments, capture_output=True, text=True, env=dict(environment), cwd=project, check=False
    )
    if asked.returncode != 0:
        raise LabError(
            f"the state of the stack {stack} cannot be read: {asked.stderr.strip()}",
            "Is the set-up whole? ./lab setup repairs it.",
        )
    told: dict[str, Any] = json.loads(asked.stdout)
    return told
