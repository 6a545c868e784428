"""The Pulumi tool from its vendor, by the vendor's own installer."""

import queue
import subprocess
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import semver
from pulumi.automation import PulumiCommand

from cli.environment.progress import step
from infra.errors import LabError, UnreachableError
from infra.versions import PULUMI_TOOL

SITE: Final = "get.pulumi.com"
"""Where `PulumiCommand.install` looks for the installer."""

PATIENCE: Final = 4.0
"""Seconds in which the vendor's site has to answer."""


def is_reachable() -> bool:
    """Whether the vendor's site answers, directly or through the proxy that the environment names."""
    answers = queue.SimpleQueue[bool]()
    # In a thread of its own, because no time-out reaches into the system's name resolution.
    threading.Thread(target=lambda: answers.put(_answers()), name="ask-vendor", daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except queue.Empty:
        return False


def _answers() -> bool:
    try:
        return (
            httpx.head(f"https://{SITE}/latest-version", timeout=PATIENCE).status_code
            < HTTPStatus.BAD_REQUEST
        )
    except httpx.HTTPError:
        return False


def install(root: Path) -> None:
    """Install the tool below `root`, in its folder `bin`.

    Raises:
        UnreachableError: the vendor's site does not answer.
        LabError: it does, and the installer failed.
    """
    if not is_reachable():
        raise UnreachableError(f"{SITE}, where the Pulumi tool is to be had, does not answer.")
    with step(f"installing the Pulumi tool {PULUMI_TOOL} from {SITE}"):
        try:
            PulumiCommand.install(root=str(root), version=semver.VersionInfo.parse(PULUMI_TOOL))
        except subprocess.CalledProcessError as error:
            raise LabError(f"the vendor's installer of the Pulumi tool failed: {error.output!r}.") from error
        except (OSError, ValueError, RuntimeError) as error:
            raise LabError(f"the vendor's installer of the Pulumi tool failed: {error}.") from error
