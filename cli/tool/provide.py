"""The Pulumi tool for this clone: the one on PATH, else one kept for all clones, else a new one."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cli.environment.locations import cache_folder
from cli.environment.lock import exclusive
from cli.tool import gobuild
from cli.tool.candidate import Tool, inspect
from infra.errors import LabError
from infra.versions import PULUMI_TOOL


def kept() -> Path:
    """The folder of the tool that the lab installs, for every clone of this user."""
    return cache_folder() / "pulumi" / PULUMI_TOOL


def provide() -> Tool:
    """Find a Pulumi tool that will do, or install one.

    Raises:
        LabError: there is none and none can be had; each way that was tried is told.
    """
    if on_path := shutil.which("pulumi"):
        found = inspect(Path(on_path))
        if isinstance(found, Tool):
            return found
        if kept() not in Path(on_path).parents:
            print(f"lab: {found}; going on with the lab's own.", file=sys.stderr)
    program = kept() / "bin" / "pulumi"
    with exclusive(kept().with_suffix(".lock"), "installing the Pulumi tool"):
        found = inspect(program) if program.exists() else "nothing is kept yet"
        if isinstance(found, str):
            install(kept(), vendor_then_modules())
            found = inspect(program)
    if isinstance(found, str):
        raise LabError(
            f"The Pulumi tool that was just installed will not do: {found}.",
            f"Remove {kept()} and try again.",
        )
    return found


def vendor_then_modules() -> tuple[Callable[[Path], None], ...]:
    """The ways to a new tool, the quickest first."""
    from cli.tool import vendor  # noqa: PLC0415 - imports the SDK, which most commands never need

    return (vendor.install, gobuild.install)


def install(root: Path, ways: tuple[Callable[[Path], None], ...]) -> None:
    """Make a tool at `root` by the first of `ways` that works; what is there appears whole or not at all.

    Raises:
        LabError: every way failed; says how each did, and the remedy of the last.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    remedy = ""
    for way in ways:
        scratch = Path(tempfile.mkdtemp(dir=root.parent, prefix=f"{root.name}."))
        try:
            way(scratch)
            shutil.rmtree(root, ignore_errors=True)
            scratch.replace(root)
        except LabError as error:
            failures.append(error.what)
            remedy = error.remedy
        else:
            return
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise LabError("there is no Pulumi tool, and none could be installed.\n" + "\n".join(failures), remedy)
