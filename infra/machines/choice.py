"""Where a machine of the lab comes from: its configuration says, and nothing above knows the difference."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pulumi

from infra.config import LabConfiguration
from infra.logging_server.endpoints import Endpoints
from infra.machines.configuration import MachineConfiguration
from infra.machines.recorded import RecordedMachine


class Machine(Protocol):
    """A machine of the lab, whatever it came from; `source` says what that is."""

    source: pulumi.Output[str]
    host: pulumi.Output[str]
    """How it is reached, as JSON (`infra.machines.address`); empty where nothing is there to be reached."""


def zeek_server(
    configuration: LabConfiguration,
    at: Endpoints,
    pins: Path,
    is_secret: Callable[[str], bool],
    stack: str,
) -> Machine:
    """Describe the Zeek server that was chosen.

    Args:
        configuration: the stack's.
        at: the logging server's endpoints, which it ships to.
        pins: the file in which SSH host keys are pinned.
        is_secret: whether a key of the configuration is encrypted.
        stack: the stack's name.

    Raises:
        ConfigurationError: it cannot be reached or served as configured; nothing was started.
    """
    if configuration.zeek_server == "recorded":
        return RecordedMachine("zeek-server", "Zeek server")
    # the transports' libraries take half a second that a recorded machine need not wait
    if configuration.zeek_server == "container":
        from infra.machines import container  # noqa: PLC0415

        return container.zeek_server(configuration, at, pins, f"lab-{stack}")
    from infra.machines import existing  # noqa: PLC0415

    return existing.zeek_server(configuration, at, pins, is_secret)


def windows_client(
    configuration: MachineConfiguration, at: Endpoints, pins: Path, is_secret: Callable[[str], bool]
) -> Machine:
    """Describe the Windows client that was chosen; arguments and errors as `zeek_server`."""
    if configuration.windows_client == "recorded":
        return RecordedMachine("windows-client", "Windows client")
    from infra.machines import existing  # noqa: PLC0415

    return existing.windows_client(configuration, at, pins, is_secret)
