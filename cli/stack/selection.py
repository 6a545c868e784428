"""Which stack a command acts on, and a new stack's beginning."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from cli.environment.locations import LAB_FOLDER, ROOT
from cli.stack.process import ask
from infra.errors import LabError

DEFAULT: Final = "embedded"
"""The stack of a clone in which none was selected."""


def select(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Select the stack `wanted`, or leave the one that is selected; made when it is new. Returns its name.

    Raises:
        LabError: there is neither a stack nor a configuration of that name.
        PulumiFailedError: the tool refused.
    """
    stacks: list[dict[str, Any]] = json.loads(ask(["stack", "ls", "--json"], environment))
    current = next((stack["name"] for stack in stacks if stack["current"]), None)
    name = wanted or current or DEFAULT
    if name not in {stack["name"] for stack in stacks}:
        begin(name, environment)
    if name != current:
        ask(["stack", "select", name], environment)
    return name


def configured() -> list[str]:
    """The stacks that have a configuration file in this clone."""
    names = (re.fullmatch(r"Pulumi\.(.+)\.yaml", file.name) for file in ROOT.glob("Pulumi.*.yaml"))
    return sorted(match[1] for match in names if match)


def begin(name: str, environment: Mapping[str, str]) -> None:
    """Make the stack `name`, with the salt of its encryption in the state.

    The tool would write that salt into the stack's configuration file, where it belongs to one clone's
    passphrase and would be committed for all. So the stack is made in a project folder that is thrown away.

    Raises:
        LabError: no configuration has that name.
    """
    if name not in configured():
        raise LabError(
            f"there is no stack {name}, and no Pulumi.{name}.yaml to make it from.",
            f"There are: {', '.join(configured())}. Or make one of your own: pulumi stack init {name}",
        )
    with tempfile.TemporaryDirectory(dir=LAB_FOLDER, prefix="init.") as folder:
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        ask(["--cwd", folder, "stack", "init", "--no-select", name], environment)
        salt = yaml.safe_load((Path(folder) / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))[
            "encryptionsalt"
        ]
        state = json.loads(ask(["stack", "export", "--stack", name], environment))
        state["deployment"]["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
        begun = Path(folder) / "state.json"
        begun.write_text(json.dumps(state), encoding="utf-8")
        ask(["stack", "import", "--stack", name, "--file", str(begun)], environment)
