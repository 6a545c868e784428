"""The versions of what the lab runs and does not take from requirements.txt: the one home of each."""

from typing import Final

PULUMI_TOOL: Final = "3.259.0"
"""The Pulumi tool that the lab installs, and the oldest that it accepts: the newest that Go modules build.

`cli/tool/go/go.mod` requires the same version, which `tests/cli/tool/test_gobuild.py` holds it to. The Python
SDK in requirements.txt may be newer: it asks the tool which features it has.
"""
