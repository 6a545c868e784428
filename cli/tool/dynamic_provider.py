"""The launcher of dynamic providers that a built Pulumi tool lacks: `pulumi-resource-pulumi-python`.

It is the SDK's `pulumi.dynamic` server, left as it is but for two things: it ends when the tool is gone, and
an error that is meant for the lab's user is passed on as its message, without the stack that led to it.
"""

import runpy
import sys
import traceback
from pathlib import Path

from cli.tool.parent import interrupt_when_orphaned
from infra.errors import LabError

_format_stack = traceback.format_exc


def readable(limit: int | None = None, chain: bool = True) -> str:
    """The message of the LabError that is being handled, or the stack of any other error."""
    error = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
    return str(error) if isinstance(error, LabError) else _format_stack(limit, chain)


def main() -> None:
    """Serve the providers of the project in the working directory."""
    sys.path.insert(0, str(Path.cwd()))
    traceback.format_exc = readable
    interrupt_when_orphaned()
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
