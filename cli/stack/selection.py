"""Which stack a command acts on, and a new stack's beginning."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cli.environment.locations import ROOT
from cli.stack import salt
from cli.stack.process import ask
from infra.errors import LabError

DEFAULT: Final = "embedded"
"""The stack of a clone in which none was selected."""


def select(wanted: str | None, environment: Mapping[str, str], project: Path = ROOT) -> str:
    """Select the stack `wanted`, or leave the one that is selected; made when it is new. Returns its name.

    Raises:
        LabError: there is neither a stack nor a configuration of that name.
        PulumiFailedError: the tool refused.
    """
    stacks: list[dict[str, Any]] = json.loads(ask(["stack", "ls", "--json"], environment, project))
    current = next((stack["name"] for stack in stacks if stack["current"]), None)
    name = wanted or current or DEFAULT
    if name not in {stack["name"] for stack in stacks}:
        begin(name, environment, project)
    if name != current:
        ask(["stack", "select", name], environment, project)
    return name


def configured(project: Path) -> list[str]:
    """The stacks that have a configuration file in the folder `project`."""
    names = (re.fullmatch(r"Pulumi\.(.+)\.yaml", file.name) for file in project.glob("Pulumi.*.yaml"))
    return sorted(match[1] for match in names if match)


def begin(name: str, environment: Mapping[str, str], project: Path = ROOT) -> None:
    """Make the stack `name`, in a project folder thrown away with what the tool writes there (see `salt`).

    Raises:
        LabError: no configuration has that name.
    """
    if name not in configured(project):
        raise LabError(
            f"there is no stack {name}, and no Pulumi.{name}.yaml to make it from.",
            f"There are: {', '.join(configured(project))}. Or make one of your own: pulumi stack init {name}",
        )
    salt.forget(project / f"Pulumi.{name}.yaml")
    with tempfile.TemporaryDirectory(prefix="lab-init-") as folder:
        shutil.copy(project / "Pulumi.yaml", folder)
        ask(["--cwd", folder, "stack", "init", "--no-select", name], environment, project)
