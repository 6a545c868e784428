"""`source .lab/env` gives the shell that the verbs work in, whichever shell it is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.environment import shell

SHELLS = [found for name in ("bash", "zsh", "sh") if (found := shutil.which(name))]


@pytest.mark.parametrize("program", SHELLS)
def test_a_shell_that_sources_it_has_what_the_verbs_have(program: str, tmp_path: Path) -> None:
    tool = tmp_path / "it's a tool"
    tool.mkdir()
    file = tmp_path / "env"
    file.write_text(shell.script(tool))
    base = {
        "PATH": "/usr/bin:/bin",
        "PULUMI_CONFIG_PASSPHRASE": "wrong",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KEPT": "x",
    }
    # Twice, as people do: nothing is added again.
    asked = subprocess.run(
        [program, "-c", f'. "{file}"; . "{file}"; env -0'],
        env=base,
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(line.split("=", 1) for line in asked.stdout.split("\0") if line)
    wanted = shell.environment(tool, base)
    assert {name: found.get(name) for name in wanted} == wanted
    assert not set(shell.UNSET) & set(found)


def test_the_tool_that_was_chosen_wins_over_others_on_path(tmp_path: Path) -> None:
    for folder in ("chosen", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pulumi").write_text("#!/bin/sh\n")
        (tmp_path / folder / "pulumi").chmod(0o700)
    base = {"PATH": f"{tmp_path / 'other'}{os.pathsep}{tmp_path / 'chosen'}"}
    path = shell.environment(tmp_path / "chosen", base)["PATH"]
    assert shutil.which("pulumi", path=path) == str(tmp_path / "chosen" / "pulumi")
