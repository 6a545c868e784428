"""The environment in which `pulumi` and `pytest` work as typed, as variables and as the file `.lab/env`."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cli.environment.locations import ENV_FILE, PASSPHRASE, STATE, VENV

UNSET: Final = (
    # Every command starts several Python processes; without their bytecode each takes seconds to start.
    "PYTHONDONTWRITEBYTECODE",
    # Would win over the file.
    "PULUMI_CONFIG_PASSPHRASE",
    # Would send Python programs to another environment's packages.
    "PYTHONHOME",
)


def variables() -> dict[str, str]:
    """What the lab's programs need to be told, PATH aside."""
    return {
        "VIRTUAL_ENV": str(VENV),
        "PULUMI_BACKEND_URL": STATE.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(PASSPHRASE),
        # Keeps this clone's encryption salt in its state, out of the stack files that git knows.
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def folders(tool: Path) -> list[Path]:
    """What comes first on PATH: the programs of this clone's environment, then the Pulumi tool."""
    return [VENV / "bin", tool]


def environment(tool: Path, base: Mapping[str, str]) -> dict[str, str]:
    """`base` as the lab's programs need it."""
    kept = {name: value for name, value in base.items() if name not in UNSET}
    path = [str(folder) for folder in folders(tool)]
    path += [part for part in kept.get("PATH", os.defpath).split(os.pathsep) if part not in path]
    return kept | variables() | {"PATH": os.pathsep.join(path)}


def script(tool: Path) -> str:
    """The same for a shell to read: bash, zsh and any other POSIX shell."""
    lines = ["# Made by ./lab. In bash or zsh: source .lab/env"]
    lines += [f"unset {name}" for name in UNSET]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables().items()]
    first = ":".join(shlex.quote(str(folder)) for folder in folders(tool))
    lines += [f'case "$PATH:" in {first}:*) ;; *) PATH={first}:"$PATH" ;; esac', "export PATH"]
    return "\n".join(lines) + "\n"


def write(tool: Path) -> None:
    """Bring `.lab/env` up to date."""
    text = script(tool)
    if not ENV_FILE.exists() or ENV_FILE.read_text(encoding="utf-8") != text:
        aside = ENV_FILE.with_name(f"{ENV_FILE.name}.{os.getpid()}")
        aside.write_text(text, encoding="utf-8")
        aside.replace(ENV_FILE)
