"""Canaries that a Windows client lets fly: PowerShell there opens a TCP connection from a port of our choice.

It is a connection like any other, with a process that Sysmon reports of itself, so nothing marks it and
nothing needs to be left out of any result.
"""

import json
import secrets
from pathlib import Path
from typing import Any, Final

from embedded.shipper.community_id import TCP, community_id
from infra.observation.canary.canary import Canary, CanaryLostError
from infra.provision.host import Host
from infra.provision.powershell import Parameter, run_script

ENDS: Final = Path(__file__).with_name("ends.ps1")
CONNECT: Final = Path(__file__).with_name("connect.ps1")
_EPHEMERAL: Final = range(49152, 65536)
"""Where Windows takes the ports of its own connections from."""


def let_fly(host: Host, destination: str) -> Canary:
    """Have `host` connect to `destination` (`host:port`), which has to accept and be seen by the sensor.

    Raises:
        CanaryLostError: it could not connect, or not as it was told to.
        HostError: the client cannot be reached.
    """
    name, _, port = destination.rpartition(":")
    ends = _ask(host, ENDS, {"HostName": name, "Port": int(port)})
    local_port = secrets.choice(_EPHEMERAL)
    flow_id = community_id(TCP, ends["local"], ends["remote"], local_port, int(port))
    made = _ask(
        host,
        CONNECT,
        {"Local": ends["local"], "LocalPort": local_port, "Remote": ends["remote"], "Port": int(port)},
    )
    return Canary(community_id=flow_id, process_name=str(made["process"]), process_id=int(made["process_id"]))


def _ask(host: Host, script: Path, parameters: dict[str, Parameter]) -> dict[str, Any]:
    done = host.run(run_script(script, parameters, timeout=60))
    if done.exit_code != 0:
        raise CanaryLostError(
            f"{host.name}: no canary could be let fly: {done.last_lines()}",
            "See that the client reaches the logging server's Beats port.",
        )
    said: dict[str, Any] = json.loads(done.stdout)
    return said
