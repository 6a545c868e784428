"""PowerShell scripts as commands: script, parameters and secrets travel on standard input.

A Windows command line is short, readable by every user and quoted by rules of its own; standard input has
none of these faults. The JSON is pure ASCII, because a remote shell reads its input in the OEM code page.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

from infra.provision.command import Command

Action: TypeAlias = Literal["Check", "Apply", "Remove"]
Parameter: TypeAlias = str | int | bool

RUN: Final = (
    "$ErrorActionPreference='Stop';"
    "$ProgressPreference='SilentlyContinue';"
    "$given=[Console]::In.ReadToEnd()|ConvertFrom-Json;"
    "$named=@{};"
    "$given.parameters.PSObject.Properties|ForEach-Object{$named[$_.Name]=$_.Value};"
    "$global:LASTEXITCODE=0;"
    "foreach($part in $given.prelude){. ([scriptblock]::Create($part))};"
    "& ([scriptblock]::Create($given.script)) @named;"
    "exit $LASTEXITCODE"
)
"""Reads a script and its parameters and runs it (Windows PowerShell 5.1).

Progress is not shown, and that is said here, where PowerShell's own modules hear it too: a remote shell may
not read the console that it is drawn on, so that Expand-Archive would fail (its issue 77),
and downloads would be many times slower.
"""

ARGUMENTS: Final = ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", RUN)


def run_script(
    script: Path,
    parameters: Mapping[str, Parameter] | None = None,
    *,
    prelude: Sequence[Path] = (),
    timeout: float = 600.0,
) -> Command:
    """Return the command that runs a script of ours with named parameters.

    Args:
        script: the .ps1 file; it is sent, not expected on the host.
        parameters: by the names of the script's `param` block; a secret may be among them.
        prelude: .ps1 files with functions that the script calls; sent before it.
        timeout: seconds after which it counts as hanging.
    """
    given = json.dumps(
        {
            "prelude": [part.read_text(encoding="utf-8") for part in prelude],
            "script": script.read_text(encoding="utf-8"),
            "parameters": dict(parameters or {}),
        }
    )
    return Command(
        arguments=ARGUMENTS,
        stdin=given.encode("ascii"),
        label=" ".join((script.name, *_shown(parameters or {}))),
        timeout=timeout,
    )


def _shown(parameters: Mapping[str, Parameter]) -> list[str]:
    """The parameters that messages may show: the action alone, since any other may be a secret."""
    return [f"-Action {parameters['Action']}"] if "Action" in parameters else []
