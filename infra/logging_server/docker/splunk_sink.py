"""The Splunk sink's archive as a resource: fetched from its maker, never used without a matching checksum."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx
import pulumi
from pulumi.dynamic import Resource

from infra.errors import LabError, UnreachableError
from infra.provider import Inputs, LabProvider, Made

RELEASES: Final = "https://api.github.com/repos/splunk/kafka-connect-splunk/releases/tags"
"""GitHub's REST API, "Get a release by tag name": every asset with URL and, since June 2025, digest."""

TIMEOUT: Final = httpx.Timeout(30, read=300)


class SplunkSinkInputs(Inputs):
    """The release, the folder to keep it in, and its SHA-256 (hex); without one, what GitHub says."""

    version: str
    folder: str
    pinned_sha256: str = ""
    releases: str = RELEASES


class SplunkSinkProvider(LabProvider[SplunkSinkInputs]):
    """Fetches the archive."""

    inputs = SplunkSinkInputs

    def make(self, wanted: SplunkSinkInputs) -> Made:
        """Fetch and verify the archive, or verify the one that is there."""
        return Made(f"splunk-kafka-connect-{wanted.version}", obtain(wanted))

    def find(self, made: Made, wanted: SplunkSinkInputs) -> Made | None:
        """Look whether the archive is there, and still what it was."""
        del wanted
        path = Path(made.facts["path"])
        return made if path.is_file() and sha256(path) == made.facts["sha256"] else None

    def change(self, made: Made, had: SplunkSinkInputs, wanted: SplunkSinkInputs) -> dict[str, Any]:
        """Fetch another release; the same release must have the checksum that it had."""
        known = made.facts["sha256"] if had.version == wanted.version else ""
        return obtain(wanted.model_copy(update={"pinned_sha256": wanted.pinned_sha256 or known}))

    def remove(self, made: Made, had: SplunkSinkInputs) -> None:
        """Leave the archive in the cache: another stack may read it, and somebody may have put it there."""

    def outdated(self, facts: dict[str, Any]) -> bool:
        """Whether the archive is gone, for instance with another clone's folder."""
        return not Path(facts["path"]).is_file()


class SplunkSinkJar(Resource, module="lab", name="SplunkSinkJar"):
    """The verified archive: `path` on this machine, and its `sha256`."""

    path: pulumi.Output[str]
    sha256: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        version: str,
        folder: Path,
        *,
        pinned_sha256: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "version": version,
            "folder": str(folder),
            "pinned_sha256": pinned_sha256,
            "path": None,
            "sha256": None,
        }
        super().__init__(SplunkSinkProvider(), name, props, opts)


def obtain(wanted: SplunkSinkInputs) -> dict[str, str]:
    """The archive's path and checksum, once they are verified.

    Raises:
        UnreachableError: GitHub does not answer, or has no such release.
        LabError: there is no checksum to verify with, or it does not match.
    """
    name = f"splunk-kafka-connect-v{wanted.version}.jar"
    path = Path(wanted.folder) / name
    if wanted.pinned_sha256 and path.is_file() and sha256(path) == wanted.pinned_sha256:
        return {"path": str(path), "sha256": wanted.pinned_sha256}
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client:
            url, published = _asset(client, wanted, name)
            expected = wanted.pinned_sha256 or published
            if not expected:
                raise LabError(
                    f"{name} has no published checksum: GitHub has digests only since June 2025",
                    "Fetch it by a way that you trust, take its sha256sum, and: "
                    "pulumi config set docker.splunk_connect_sha256 SHA256",
                )
            _download(client, url, path, expected)
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"the Splunk sink {wanted.version} could not be fetched: {error}",
            f"Check the way to github.com, or put {name} into {wanted.folder} "
            "and set docker.splunk_connect_sha256 to its checksum.",
        ) from None
    return {"path": str(path), "sha256": expected}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _asset(client: httpx.Client, wanted: SplunkSinkInputs, name: str) -> tuple[str, str]:
    answer = client.get(f"{wanted.releases}/v{wanted.version}")
    answer.raise_for_status()
    for asset in answer.json()["assets"]:
        if asset["name"] == name:
            return asset["browser_download_url"], (asset.get("digest") or "").removeprefix("sha256:")
    raise UnreachableError(
        f"release v{wanted.version} of splunk/kafka-connect-splunk has no {name}",
        "Choose another: pulumi config set docker.version splunk_connect=VERSION",
    )


def _download(client: httpx.Client, url: str, path: Path, expected: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file, client.stream("GET", url) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != expected:
            raise LabError(
                f"{path.name} has the SHA-256 {digest.hexdigest()}, not {expected}: it was not used",
                "Try again; if it stays so, the archive is not the one that was pinned: do not use it.",
            )
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
