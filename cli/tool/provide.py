"""The Pulumi tool for this clone: the one on PATH, else one kept for all clones, else a new one."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cli.environment.lock import exclusive
from cli.tool import gobuild
from cli.tool.candidate import Tool, inspect
from infra.cache import cache_folder
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
    on_path = inspect(Path(program)) if (program := shutil.which("pulumi")) else "there is none on PATH"
    if isinstance(on_path, Tool):
        return on_path
    own = kept() / "bin" / "pulumi"
    with exclusive(kept().with_name(f"{PULUMI_TOOL}.lock"), "installing the Pulumi tool"):
        found = inspect(own) if own.exists() else "nothing is kept yet"
        if isinstance(found, str):
            print(f"lab: installing a Pulumi tool: {on_path}.", file=sys.stderr)
            install(kept(), vendor_then_modules())
            found = inspect(own)
    if isinstance(found, str):
        raise LabError(
            f"the Pulumi tool that was just installed will not do: {found}.",
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
    for abandoned in root.parent.glob(f"{root.name}.*/"):
        shutil.rmtree(abandoned)
    failures: list[str] = []
    remedy = ""
    for way in ways:
        scratch = Path(tempfile.mkdtemp(dir=root.parent, prefix=f"{root.name}."))
        try:
            way(scratch)
            shutil.rmtree(root, ignore_errors=True)
            scratch.replace(root)
        except LabError as error:
            print(f"lab: {error.what}", file=sys.stderr)
            failures.append(error.what)
            remedy = error.remedy
        else:
            return
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise LabError("there is no Pulumi tool, and none could be installed.\n" + "\n".join(failures), remedy)
