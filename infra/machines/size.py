"""Whether an existing machine is large enough for its role, and what is missing."""

import json
from pathlib import Path
from typing import Final

from infra.errors import LabError
from infra.provision.command import Command
from infra.provision.host import Host
from infra.provision.powershell import run_script
from infra.sizes import MachineSize

GB: Final = 10**9
TOLERATED: Final = 0.9
"""A machine of 4 GB shows its system less than that: firmware and kernel keep a part for themselves."""

LINUX: Final = Command(
    arguments=(
        "sh",
        "-c",
        """printf '{"cpus": %s, "memory": %s, "disk": %s}' "$(nproc)" \
"$(awk '/^MemTotal:/ {printf "%d000", $2 * 1.024}' /proc/meminfo)" \
"$(df --output=size --block-size=1 / | tail -n 1)" """,
    ),
    as_root=False,
    timeout=60,
    label="read the machine's size",
)
WINDOWS: Final = Path(__file__).with_name("size.ps1")


def shortage(host: Host, wanted: MachineSize, *, windows: bool) -> list[str]:
    """Name what a machine lacks: CPUs, memory, disk; empty when it is large enough.

    Raises:
        LabError: the machine did not say how large it is.
    """
    result = host.run(run_script(WINDOWS) if windows else LINUX)
    try:
        found = json.loads(result.stdout)
    except ValueError as error:
        raise LabError(
            f"{host.name} does not tell its size: {result.last_lines()}",
            "Check that nproc, df and /proc/meminfo (on Windows: Get-CimInstance) work there.",
        ) from error
    missing = []
    if found["cpus"] < wanted.cpus:
        missing.append(f"{found['cpus']} CPUs instead of {wanted.cpus}")
    for name, unit in (("memory", wanted.memory_gb), ("disk", wanted.disk_gb)):
        if found[name] < unit * GB * TOLERATED:
            missing.append(f"{found[name] / GB:.1f} GB of {name} instead of {unit}")
    return missing
