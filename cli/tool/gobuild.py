"""The Pulumi tool built from its Go modules, for where the vendor's site cannot be reached."""

import os
import shutil
from pathlib import Path
from typing import Final

from cli.environment.locations import LOGS
from cli.environment.process import run_logged
from cli.environment.progress import step
from cli.tool.candidate import COMPANIONS
from infra.errors import LabError
from infra.versions import PULUMI_TOOL

HERE: Final = Path(__file__).parent
MODULE: Final = HERE / "go"
"""A Go module that requires the tool and nothing else; its go.sum pins every module by hash."""

COMPANION_SCRIPTS: Final = HERE / "bin"
COMMAND: Final = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE: Final = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
"""Without it the tool calls itself 0.0.0, which the Python SDK refuses."""

INSTALL_YOURSELF: Final = (
    "Or install the Pulumi tool yourself and put it on PATH: https://www.pulumi.com/docs/install/"
)
REMEDY: Final = (
    "Is Go's module proxy reachable (go env GOPROXY)? Then run the same command again: it goes on from here."
    f"\n{INSTALL_YOURSELF}"
)


def find_go() -> str:
    """The Go toolchain on PATH.

    Raises:
        LabError: there is none.
    """
    if found := shutil.which("go"):
        return found
    raise LabError(
        "the Pulumi tool cannot be built from its Go modules: there is no Go on PATH.",
        "Install Go 1.21 or newer (Debian, Ubuntu: apt install golang-go; macOS: brew install go), "
        f"and run the same command again.\n{INSTALL_YOURSELF}",
    )


def install(root: Path) -> None:
    """Build the tool below `root`, in its folder `bin`, with the executables that the build lacks.

    Raises:
        LabError: Go is missing, modules cannot be had, or the build failed.
    """
    go = find_go()
    packages = fetch(go)
    with step(f"building the Pulumi tool {PULUMI_TOOL}, once for this user; 3 to 10 minutes") as building:
        compiled: list[str] = []

        def count(package: str) -> None:
            compiled.append(package)
            building.detail = f"{len(compiled)} of at most {packages} packages compiled"

        run_logged(
            [
                *(go, "build", "-v", "-trimpath", "-buildvcs=false", "-o", str(root / "bin" / "pulumi")),
                *("-ldflags", f"-s -w -X {VERSION_VARIABLE}=v{PULUMI_TOOL}", COMMAND),
            ],
            LOGS / "pulumi-build.log",
            failed="the Pulumi tool could not be built",
            remedy=REMEDY,
            environment=_environment(),
            directory=MODULE,
            on_line=count,
        )
    copy_companions(root)


def fetch(go: str) -> int:
    """Fetch the source of every package that the tool is made of; returns how many there are.

    Raises:
        LabError: a module cannot be had, or is not the one that go.sum pins.
    """
    packages: list[str] = []
    with step(f"fetching the Go modules of the Pulumi tool {PULUMI_TOOL}"):
        run_logged(
            [go, "list", "-deps", COMMAND],
            LOGS / "pulumi-modules.log",
            failed="the Go modules of the Pulumi tool could not be fetched",
            remedy=REMEDY,
            environment=_environment(),
            directory=MODULE,
            on_line=packages.append,
        )
    return len(packages)


def copy_companions(root: Path) -> None:
    """Put Python's language host and dynamic provider beside the tool: elsewhere it warns of them."""
    for name in COMPANIONS:
        shutil.copy(COMPANION_SCRIPTS / name, root / "bin" / name)


def _environment() -> dict[str, str]:
    """Go's environment: this module as it stands, whatever workspace or flags the user has."""
    return {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
