"""Existing machines are looked at before anything is built on them: over real SSH, and of a model of Windows."""

from pathlib import Path

import pytest

from cli.checks import machines
from cli.checks.configured import Configured
from infra import config
from infra.errors import LabError
from infra.provision.powershell import run_script
from infra.sizes import WINDOWS_CLIENT, MachineSize
from tests.infra.provision.conftest import Sshd, sshd
from tests.windows_host.local import LocalWindows
from tests.windows_host.model import WindowsHost

__all__ = ["sshd"]

CLOCK = run_script(machines._WINDOWS)


def chosen(sshd: Sshd, **more: str) -> Configured:
    address = sshd.address
    values = {
        "zeek_server": "existing",
        "zeek.address": address.host,
        "zeek.user": address.user,
        "zeek.ssh_port": str(address.port),
        "zeek.key_file": str(address.key_file),
        **more,
    }
    parsed = config.parse({f"{config.PROJECT}:{key}": value for key, value in values.items()})
    return Configured(stack="mine", values=parsed, encrypted=frozenset())


def test_a_zeek_server_says_what_it_runs_and_how_its_clock_is_and_its_key_is_not_pinned(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "ZEEK_SERVER", MachineSize(cpus=1, memory_gb=0, disk_gb=0))
    (check,) = machines.checks(chosen(sshd), sshd.pins)
    assert not check.problem, check
    assert "within 0.0 s of this machine's time" in check.said
    assert "SHA256:" in check.said
    assert not sshd.pins.exists()


def test_a_machine_that_is_too_small_is_told_with_what_it_lacks(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "ZEEK_SERVER", MachineSize(cpus=4096, memory_gb=0, disk_gb=0))
    (check,) = machines.checks(chosen(sshd), sshd.pins)
    assert check.problem
    assert "instead of 4096" in check.said


def test_a_key_that_does_not_let_in_is_told_with_what_to_do(sshd: Sshd) -> None:
    stranger = sshd.make_key("stranger")
    (check,) = machines.checks(chosen(sshd, **{"zeek.key_file": str(stranger)}), sshd.pins)
    assert check.problem
    assert "does not let us in" in check.said
    assert "authorized_keys" in check.remedy


def test_an_address_that_is_not_set_is_told_with_the_key() -> None:
    parsed = config.parse({f"{config.PROJECT}:zeek_server": "existing"})
    (check,) = machines.checks(Configured(stack="mine", values=parsed, encrypted=frozenset()), Path("pins"))
    assert "zeek.address" in check.remedy


def test_a_windows_client_is_measured_and_its_clock_compared() -> None:
    host = LocalWindows(WindowsHost())
    machines.sized(host, WINDOWS_CLIENT, windows=True)
    assert machines.clock(host, CLOCK) == "within 0.0 s of this machine's time"


@pytest.mark.parametrize(("ahead", "said"), [(90.0, "90.0 s ahead of"), (-90.0, "90.0 s behind")])
def test_a_clock_that_is_off_is_told_with_its_direction(ahead: float, said: str) -> None:
    with pytest.raises(LabError, match=said):
        machines.clock(LocalWindows(WindowsHost(clock_ahead=ahead)), CLOCK)
