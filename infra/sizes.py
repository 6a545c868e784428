"""The sizes of the lab's machines: the one home of each."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class MachineSize:
    """What a machine offers: virtual CPUs, memory and disk in GB (10^9 bytes)."""

    cpus: int
    memory_gb: int
    disk_gb: int


ZEEK_SERVER: Final = MachineSize(cpus=4, memory_gb=4, disk_gb=40)
WINDOWS_CLIENT: Final = MachineSize(cpus=2, memory_gb=4, disk_gb=40)
LOGGING_SERVER: Final = MachineSize(cpus=4, memory_gb=12, disk_gb=60)
EMBEDDED_WITHOUT_KAFKA_MB: Final = 600
"""What the embedded logging server's processes hold beside Kafka's heap, idle, in MiB; with room to work."""
EMBEDDED_DISK_MB: Final = 4_000
"""What a clone may take of the disk, in 10^6 bytes: packages, the Pulumi tool, topics and the index."""
