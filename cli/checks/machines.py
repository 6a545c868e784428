"""What existing machines need: each reachable with its credentials, large enough, on time."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cli.checks.check import Check, passes
from cli.checks.configured import Configured
from infra.errors import LabError
from infra.machines import existing
from infra.machines.size import shortage
from infra.provision.command import Command
from infra.provision.host import Host
from infra.provision.powershell import run_script
from infra.provision.ssh import SshHost
from infra.provision.winrm import WinrmHost
from infra.sizes import WINDOWS_CLIENT, ZEEK_SERVER, MachineSize
from roles.linux import distribution

TOLERATED: Final = 10.0
"""Seconds: with more, attribution needs a wider window, and certificates may not be valid yet."""
_LINUX: Final = Command(arguments=("date", "+%s.%N"), as_root=False, timeout=30, label="ask for the time")
_WINDOWS: Final = Path(existing.__file__).with_name("clock.ps1")

Tell = Callable[[str], None]


def checks(chosen: Configured, pins: Path) -> Iterator[Check]:
    """Those of the machines that the stack has.

    Args:
        chosen: the stack's configuration.
        pins: the file with the SSH host keys that are trusted; it is not written to.
    """
    values = chosen.values
    if values.zeek_server == "existing":
        yield passes("Zeek server", lambda: zeek_server(chosen, pins))
    if values.windows_client == "existing":
        yield passes("Windows client", lambda: windows_client(chosen))


def zeek_server(chosen: Configured, pins: Path) -> str:
    """Say how the Zeek server is.

    Raises:
        LabError: it cannot be reached, or not be the sensor.
    """
    address = existing.zeek_machine(chosen.values, chosen.is_secret).address()
    told: list[str] = []
    host = SshHost(address, pins, told.append, pinning=False)
    try:
        host.run(Command(arguments=("true",), timeout=30, label="become root"))
        system = distribution.read(host).value
        sized(host, ZEEK_SERVER, windows=False)
        off = clock(host, _LINUX)
    finally:
        host.close()
    return "; ".join((f"{host.name} runs {system}, is large enough and {off}", *told))


def windows_client(chosen: Configured) -> str:
    """Say how the Windows client is; errors as `zeek_server`."""
    host = WinrmHost(existing.windows_machine(chosen.values, chosen.is_secret).address(), lambda _: None)
    try:
        sized(host, WINDOWS_CLIENT, windows=True)
        return f"{host.name} answers, is large enough and {clock(host, run_script(_WINDOWS, timeout=60))}"
    finally:
        host.close()


def sized(host: Host, wanted: MachineSize, *, windows: bool) -> None:
    """Pass a machine that is large enough.

    Raises:
        LabError: it is not; names what is missing.
    """
    missing = shortage(host, wanted, windows=windows)
    if missing:
        raise LabError(f"{host.name} is too small: {'; '.join(missing)}", "Give the machine what is missing.")


def clock(host: Host, ask: Command) -> str:
    """Say how far a machine's clock is from this one's; how long the question took is not held against it.

    Raises:
        LabError: it is too far, or the machine does not tell.
    """
    before = time.time()
    said = host.run(ask)
    after = time.time()
    try:
        there = float(said.stdout)
    except ValueError:
        raise LabError(
            f"{host.name} does not tell its time: {said.last_lines()}", "Check that date works there."
        ) from None
    off = there - after if there > after else min(there - before, 0.0)
    if abs(off) > TOLERATED:
        where = "ahead of" if off > 0 else "behind"
        raise LabError(
            f"the clock of {host.name} is {abs(off):.1f} s {where} this machine's",
            "Have both follow a time server (the roles set one up): chronyc makestep, or w32tm /resync.",
        )
    return f"within {abs(off):.1f} s of this machine's time"
