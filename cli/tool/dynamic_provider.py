"""The launcher of dynamic providers that a built Pulumi tool lacks: `pulumi-resource-pulumi-python`.

It is the SDK's `pulumi.dynamic` server, left as it is but for its end, see `ending`.
"""

import os
import runpy
import sys
from pathlib import Path

from cli.tool.ending import on_end


def main() -> None:
    """Serve the providers of the project in the working directory."""
    sys.path.insert(0, str(Path.cwd()))
    # No call is under way when the tool says so, and there is nothing to save.
    on_end(lambda: os._exit(0))
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
