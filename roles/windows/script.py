"""A step of a Windows role: one script of ours, with the parameters that decide what it does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.provision.command import Command
from infra.provision.powershell import Action, Parameter, run_script
from infra.provision.step import Check, Step

FOLDER: Final = Path(__file__).parent
PRELUDE: Final = (FOLDER / "host.ps1", FOLDER / "vendor.ps1")
"""Functions that the scripts call: what is done on a host, and a vendor's file fetched and verified."""


def script_step(
    name: str,
    script: Path,
    parameters: Mapping[str, Parameter] | None = None,
    *,
    timeout: float = 900.0,
    removable: bool = True,
    subject: str = "",
) -> Step:
    """The step that a script of ours checks, applies and removes."""

    def run(action: Action) -> Command:
        given = {"Action": action, **(parameters or {})}
        return run_script(script, given, prelude=PRELUDE, timeout=timeout)

    return Step(
        name,
        check=(Check(command=run("Check")),),
        apply=(run("Apply"),),
        remove=(run("Remove"),) if removable else (),
        subject=subject,
    )
