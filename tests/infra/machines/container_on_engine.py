"""From a container machine as Pulumi's engine is asked for it to the Docker engine's API: what the plug-in would do."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import docker
from docker.models.containers import Container

from tests.infra.logging_server.docker.recorded import Plan

NANO = 10**9
CARRIED = {
    *("name", "image", "hostname", "cpus", "memory", "memorySwap", "restart", "capabilities", "securityOpts"),
    *("cgroupnsMode", "volumes", "tmpfs", "envs", "networksAdvanced", "ports", "uploads", "labels"),
    *("stopSignal", "stopTimeout"),
}
OF_THE_PLUGIN = {"destroyGraceSeconds", "mustRun"}


def build(client: docker.DockerClient, plan: Plan, base: str) -> None:
    """Build the image as it was asked for, on another base; without a network, for the base has all of it."""
    (asked,) = plan.of("Image")
    client.images.build(
        path=asked.inputs["build"]["context"],
        dockerfile=asked.inputs["build"]["dockerfile"],
        buildargs={**asked.inputs["build"]["args"], "BASE": base},
        tag=asked.inputs["imageName"],
        network_mode="none",
    )


@contextmanager
def running(client: docker.DockerClient, plan: Plan) -> Iterator[Container]:
    """Network and container for as long as the block lasts; every argument is carried over, or an error."""
    (network,), (asked,) = plan.of("Network"), plan.of("Container")
    inputs = asked.inputs
    assert set(inputs) <= CARRIED | OF_THE_PLUGIN, set(inputs) - CARRIED - OF_THE_PLUGIN
    name = network.inputs["name"]
    between = client.networks.create(name, driver=network.inputs["driver"])
    try:
        container = client.containers.create(
            inputs["image"],
            name=inputs["name"],
            hostname=inputs["hostname"],
            nano_cpus=int(float(inputs["cpus"]) * NANO),
            mem_limit=int(inputs["memory"]) * 2**20,
            memswap_limit=int(inputs["memorySwap"]) * 2**20,
            restart_policy={"Name": inputs["restart"]},
            cap_add=inputs["capabilities"]["adds"],
            security_opt=inputs["securityOpts"],
            cgroupns=inputs["cgroupnsMode"],
            volumes=[f"{each['hostPath']}:{each['containerPath']}" for each in inputs["volumes"]],
            tmpfs=inputs["tmpfs"],
            environment=inputs["envs"],
            network=name,
            ports={
                f"{int(each['internal'])}/tcp": (each["ip"], int(each["external"]))
                for each in inputs["ports"]
            },
            labels={each["label"]: each["value"] for each in inputs["labels"]},
            stop_signal=inputs["stopSignal"],
        )
        try:
            for file in inputs["uploads"]:
                container.put_archive("/", _archive(file))
            container.start()
            yield container
        finally:
            container.remove(force=True, v=True)
    finally:
        between.remove()


def _archive(file: Mapping[str, Any]) -> bytes:
    content = str(file["content"]).encode()
    info = tarfile.TarInfo(file["file"])
    info.size, info.mode = len(content), int(file["permissions"], 8)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
