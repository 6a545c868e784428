"""The launcher of dynamic providers that a built Pulumi tool lacks: `pulumi-resource-pulumi-python`.

It is the SDK's `pulumi.dynamic` server, left as it is, but for this: it ends when the tool is gone.
"""

import runpy
import sys
from pathlib import Path

from cli.tool.parent import interrupt_when_orphaned


def main() -> None:
    """Serve the providers of the project in the working directory."""
    sys.path.insert(0, str(Path.cwd()))
    interrupt_when_orphaned()
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
