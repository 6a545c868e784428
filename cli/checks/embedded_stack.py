"""What an embedded stack needs: its ports, memory and disk."""

import shutil
from pathlib import Path

from cli.checks.check import Check, passes
from infra import preflight, sizes
from infra.config import LabConfiguration
from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory


def checks(configuration: LabConfiguration, run: RunDirectory, project: Path) -> list[Check]:
    """All of them; what the very stack holds that is up already counts as free."""
    return [
        passes("ports", lambda: _ports(configuration, run)),
        passes("memory", lambda: _memory(configuration, run)),
        passes("disk", lambda: disk(project, sizes.EMBEDDED_DISK_MB)),
    ]


def _ports(configuration: LabConfiguration, run: RunDirectory) -> str:
    preflight.check_ports(configuration.ports, run.owns)
    return f"{', '.join(map(str, sorted(configuration.ports.values())))} are this stack's to use"


def _memory(configuration: LabConfiguration, run: RunDirectory) -> str:
    needed = sizes.EMBEDDED_WITHOUT_KAFKA_MB + configuration.kafka_heap_mb
    preflight.check_memory(needed, run.resident_mb)
    return f"{needed} MB are needed and there"


def disk(folder: Path, needed_mb: int) -> str:
    """Say how much room there is.

    Raises:
        LabError: less than is needed.
    """
    free = shutil.disk_usage(folder).free // 10**6
    if free < needed_mb:
        raise LabError(
            f"{folder} is on a disk with {free} MB left of the {needed_mb} that a clone may take",
            "Make room: df -h shows the disks. pip cache purge and go clean -modcache are quick wins.",
        )
    return f"{free} MB are free"
