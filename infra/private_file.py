"""Files that only their owner may read, as resources: keys, certificates and passwords for services."""

import hashlib
import os
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from infra.provider import Inputs, LabProvider, Made

MODE: Final = 0o600


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; a missing folder gets 0700."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def digest(content: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


class FileInputs(Inputs):
    """Where the file is and what is in it: text, or bytes in base64."""

    path: str
    content: str
    base64: bool = False


class FileProvider(LabProvider[FileInputs]):
    """Writes private files."""

    inputs = FileInputs
    replace_on = frozenset({"path"})

    def make(self, wanted: FileInputs) -> Made:
        """Write the file."""
        return Made(wanted.path, self._write(wanted))

    def find(self, made: Made, wanted: FileInputs) -> Made | None:
        """Look at the file: gone, changed, or opened to others."""
        del made
        path = Path(wanted.path)
        if not path.is_file():
            return None
        found = path.read_bytes()
        content = b64encode(found).decode() if wanted.base64 else found.decode(errors="replace")
        private = path.stat().st_mode & 0o077 == 0
        return Made(
            wanted.path, {"content": content if private else "readable by others", "digest": digest(content)}
        )

    def change(self, made: Made, had: FileInputs, wanted: FileInputs) -> dict[str, Any]:
        """Write the file anew."""
        del made, had
        return self._write(wanted)

    def remove(self, made: Made, had: FileInputs) -> None:
        """Remove the file."""
        del made
        Path(had.path).unlink(missing_ok=True)

    def _write(self, wanted: FileInputs) -> dict[str, Any]:
        content = b64decode(wanted.content) if wanted.base64 else wanted.content.encode()
        write_private(Path(wanted.path), content)
        return {"digest": digest(wanted.content)}


class PrivateFile(Resource, module="lab", name="PrivateFile"):
    """A file of mode 0600. `digest` changes with its content, so that what reads it can be restarted."""

    path: pulumi.Output[str]
    digest: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        path: Path,
        content: pulumi.Input[str],
        *,
        base64: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "path": str(path),
            "content": pulumi.Output.secret(content),
            "base64": base64,
            "digest": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["content"])
        super().__init__(FileProvider(), name, props, pulumi.ResourceOptions.merge(opts, secret))
