"""A small Pulumi project of its own, for the real Pulumi tool to work on."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from cli.environment import shell
from cli.tool.provide import provide

PROJECT: Final = """\
name: notes
runtime:
  name: python
"""

NOTES: Final = '''\
"""A note is a file with a text: the smallest resource that has all five verbs."""

import sys
import time
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class NoteProvider(ResourceProvider):
    def create(self, props):
        if props["text"] == "refuse":
            raise ValueError("this note cannot be written")
        Path("creating").touch()
        time.sleep(props["takes"])
        Path(props["path"]).write_text(props["text"])
        return CreateResult(props["path"], props)

    def read(self, id_, props):
        path = Path(id_)
        return ReadResult(id_, {**props, "text": path.read_text()}) if path.exists() else ReadResult("", {})

    def diff(self, id_, olds, news):
        return DiffResult(changes=olds["text"] != news["text"])

    def update(self, id_, olds, news):
        Path(id_).write_text(news["text"])
        return UpdateResult(news)

    def delete(self, id_, props):
        Path(id_).unlink(missing_ok=True)


class Note(Resource):
    text: pulumi.Output[str]

    def __init__(self, name, path, text, takes=0):
        super().__init__(NoteProvider(), name, {"path": str(path), "text": text, "takes": takes})
'''

PROGRAM: Final = """\
from pathlib import Path
import pulumi
from notes import Note

note = Note("note", Path("note.txt").absolute(), "hello")
pulumi.export("text", note.text)
"""


@dataclass(frozen=True)
class Project:
    """A Pulumi project with one stack, `here`, in a folder of its own."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def note(self) -> Path:
        return self.folder / "note.txt"

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(text)

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )


@pytest.fixture(scope="session")
def lab_environment() -> dict[str, str]:
    """The environment of the lab's programs, with the Pulumi tool that this machine has or gets."""
    return shell.environment(provide().bin, os.environ)


@pytest.fixture
def project(tmp_path: Path, lab_environment: dict[str, str]) -> Project:
    """A project whose program writes one note; its stack is made, nothing is up."""
    folder = tmp_path / "notes"
    for made in (folder, tmp_path / "state"):
        made.mkdir()
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "notes.py").write_text(NOTES)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("of this test alone")
    environment = lab_environment | {
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_HOME": str(tmp_path / "home"),
    }
    notes = Project(folder, environment)
    notes.program(PROGRAM)
    begun = notes.pulumi("stack", "init", "here")
    assert begun.returncode == 0, begun.stderr
    return notes
