"""Whether an existing machine is large enough: asked over real SSH, and of a model of Windows."""

import shutil

import psutil

from infra.machines.size import shortage
from infra.sizes import WINDOWS_CLIENT, MachineSize
from tests.infra.provision.conftest import Sshd, sshd
from tests.windows_host.local import LocalWindows
from tests.windows_host.model import WindowsHost

__all__ = ["sshd"]


def _size(cpus: int = 1, memory_gb: int = 0, disk_gb: int = 0) -> MachineSize:
    return MachineSize(cpus=cpus, memory_gb=memory_gb, disk_gb=disk_gb)


def test_a_linux_machine_is_measured_as_it_is(sshd: Sshd) -> None:
    memory_gb = psutil.virtual_memory().total // 10**9
    disk_gb = shutil.disk_usage("/").total // 10**9
    cpus = len(psutil.Process().cpu_affinity() or [])
    assert shortage(sshd.host(), _size(cpus, memory_gb, disk_gb), windows=False) == []


def test_all_that_a_machine_lacks_is_named_with_what_it_has(sshd: Sshd) -> None:
    missing = shortage(sshd.host(), _size(4096, 10**6, 10**6), windows=False)
    assert [text.split(" instead of ")[1] for text in missing] == ["4096", "1000000", "1000000"]
    assert "CPUs" in missing[0]
    assert "GB of memory" in missing[1]
    assert "GB of disk" in missing[2]


def test_a_windows_machine_is_asked_in_its_own_way() -> None:
    host = LocalWindows(WindowsHost())
    assert shortage(host, WINDOWS_CLIENT, windows=True) == []
    host.model.size["memory"] = 2 * 10**9
    assert shortage(host, WINDOWS_CLIENT, windows=True) == ["2.0 GB of memory instead of 4"]
