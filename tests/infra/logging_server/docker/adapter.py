"""From what Pulumi's engine is asked for to the Docker engine's API, for tests: what the plug-in would do.

Argument by argument, so that one that is not carried over cannot pass unseen. Health checks are asked every second,
because a test has no patience.
"""

import io
import tarfile
from collections.abc import Mapping
from typing import Any

import docker
from docker.types import EndpointConfig, Healthcheck, LogConfig, Mount, NetworkingConfig

from infra.logging_server.docker.health import seconds
from tests.infra.logging_server.docker.recorded import Asked, Plan

NANO = 10**9

CARRIED = {
    "name",
    "image",
    "hostname",
    "user",
    "groupAdds",
    "cpus",
    "memory",
    "memorySwap",
    "restart",
    "logDriver",
    "logOpts",
    "securityOpts",
    "capabilities",
    "envs",
    "networksAdvanced",
    "ports",
    "volumes",
    "mounts",
    "tmpfs",
    "uploads",
    "healthcheck",
    "entrypoints",
    "command",
    "labels",
    "stopTimeout",
    "stopSignal",
}
OF_THE_PLUGIN = {"wait", "waitTimeout", "destroyGraceSeconds", "mustRun"}
"""What the plug-in itself does, and does not tell the engine."""


def make(client: docker.DockerClient, plan: Plan, extra: Mapping[str, str]) -> None:
    """Make networks, volumes and containers, and start these.

    Args:
        client: the engine.
        plan: what was asked for.
        extra: environment that the stand-in needs, for every container.
    """
    for network in plan.of("Network"):
        client.networks.create(
            network.inputs["name"], driver=network.inputs["driver"], internal=network.inputs["internal"]
        )
    for volume in plan.of("Volume"):
        client.volumes.create(volume.inputs["name"])
    for asked in plan.containers.values():
        _container(client, asked, extra)


def remove(client: docker.DockerClient, prefix: str) -> None:
    """Remove everything of a stack."""
    for container in client.containers.list(all=True, filters={"label": f"lab.stack={prefix}"}):
        container.remove(force=True)
    for network in client.networks.list():
        if str(network.name).startswith(f"{prefix}-"):
            network.remove()
    for volume in client.volumes.list():
        if str(volume.name).startswith(f"{prefix}-"):
            volume.remove()


def _container(client: docker.DockerClient, asked: Asked, extra: Mapping[str, str]) -> None:
    inputs = asked.inputs
    assert set(inputs) <= CARRIED | OF_THE_PLUGIN, set(inputs) - CARRIED - OF_THE_PLUGIN
    check = inputs["healthcheck"]
    api = client.api
    ports = inputs.get("ports", [])
    first, *others = inputs["networksAdvanced"]
    endpoint = EndpointConfig("1.40", aliases=first["aliases"])
    created = api.create_container(
        image=inputs["image"].removeprefix("sha256:"),
        name=inputs["name"],
        hostname=inputs["hostname"],
        user=inputs["user"],
        environment=[*inputs["envs"], *(f"{key}={value}" for key, value in extra.items())],
        entrypoint=inputs.get("entrypoints"),
        command=inputs.get("command"),
        labels={each["label"]: each["value"] for each in inputs["labels"]},
        stop_signal=inputs["stopSignal"],
        healthcheck=Healthcheck(
            test=check["tests"],
            interval=NANO,
            timeout=seconds(check["timeout"]) * NANO,
            start_period=seconds(check["startPeriod"]) * NANO,
            retries=int(check["retries"]),
        ),
        ports=[(int(port["internal"]), port["protocol"]) for port in ports],
        host_config=api.create_host_config(
            nano_cpus=int(float(inputs["cpus"]) * NANO),
            mem_limit=int(inputs["memory"]) * 2**20,
            memswap_limit=int(inputs["memorySwap"]) * 2**20,
            restart_policy={"Name": inputs["restart"]},
            log_config=LogConfig(type=inputs["logDriver"], config=inputs["logOpts"]),
            group_add=inputs["groupAdds"],
            security_opt=inputs["securityOpts"],
            cap_drop=inputs["capabilities"]["drops"],
            tmpfs=inputs.get("tmpfs"),
            port_bindings={
                f"{int(port['internal'])}/{port['protocol']}": (port["ip"], int(port["external"]))
                for port in ports
            },
            binds=[f"{each['volumeName']}:{each['containerPath']}" for each in inputs.get("volumes", [])],
            mounts=[
                Mount(each["target"], each["source"], type=each["type"], read_only=each["readOnly"])
                for each in inputs.get("mounts", [])
            ],
            network_mode=first["name"],
        ),
        networking_config=NetworkingConfig({first["name"]: endpoint}),  # type: ignore[arg-type]  # as documented,
    )
    for network in others:
        client.networks.get(network["name"]).connect(created["Id"], aliases=network["aliases"])
    for file in inputs.get("uploads", []):
        api.put_archive(created["Id"], "/", _archive(file))
    api.start(created["Id"])


def _archive(file: Mapping[str, Any]) -> bytes:
    content = str(file.get("content") or file.get("contentBase64") or file.get("source")).encode()
    info = tarfile.TarInfo(file["file"])
    info.size, info.mode = len(content), int(file["permissions"], 8)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
