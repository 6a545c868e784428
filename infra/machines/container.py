"""A Zeek server that is made: a Debian container with systemd and sshd, for trying and testing the role.

It sees the traffic of its own network on the engine, not that of the machine around it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
import pulumi_docker as docker

from infra.config import LabConfiguration
from infra.errors import ConfigurationError
from infra.logging_server.docker.configuration import LOOPBACK
from infra.logging_server.docker.limits import Limits
from infra.logging_server.endpoints import Endpoints
from infra.machines.existing import role_inputs, zeek_settings
from infra.machines.installed_role import InstalledRole
from infra.provision.ssh_keys import SshKey
from infra.sizes import ZEEK_SERVER

DOCKERFILE: Final = Path(__file__).with_name("debian") / "Dockerfile"
"""In a folder of its own: what lies beside it is sent to the engine, and a change there is a new build."""
SSH: Final = 22
"""sshd's port inside the container."""
CAPABILITIES: Final = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_ADMIN", "CAP_SYS_TIME"]
"""Capture and firewall; capture; systemd's mounts; chrony. A privileged container would have all of them."""
_MEGABYTE: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class MachineArgs:
    """What a container needs to know. `port` is where its SSH is published, on loopback alone."""

    engine: str
    prefix: str
    image: str
    port: int
    limits: Limits


def image_tag(base: str) -> str:
    """The tag of the image that is built on `base`: another content is another tag, and a new container."""
    return hashlib.sha256(DOCKERFILE.read_bytes() + base.encode()).hexdigest()[:12]


class ContainerMachine(pulumi.ComponentResource):
    """A Debian machine in a container, that lets in one key and shows a host key known beforehand."""

    container: docker.Container
    ssh: dict[str, pulumi.Input[Any]]
    """How it is reached, an `SshMachine`."""

    def __init__(self, name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lab:machines:ContainerMachine", name, {}, opts)
        mine = pulumi.ResourceOptions(parent=self)
        engine = docker.Provider(f"{name}-engine", host=args.engine, opts=mine)
        made = pulumi.ResourceOptions(parent=self, provider=engine)
        user, host = SshKey(f"{name}-user", "lab", mine), SshKey(f"{name}-host", name, mine)
        image = docker.Image(
            f"{name}-image",
            image_name=f"{args.prefix}-zeek-machine:{image_tag(args.image)}",
            build=docker.DockerBuildArgs(
                context=str(DOCKERFILE.parent), dockerfile=str(DOCKERFILE), args={"BASE": args.image}
            ),
            skip_push=True,
            opts=made,
        )
        network = docker.Network(f"{name}-network", name=f"{args.prefix}-zeek", driver="bridge", opts=made)
        self.container = docker.Container(
            f"{name}-machine",
            name=f"{args.prefix}-zeek",
            image=image.image_name,
            hostname="zeek",
            cpus=args.limits.cpus_text,
            memory=args.limits.memory_mb,
            memory_swap=args.limits.memory_mb,
            restart="unless-stopped",
            capabilities=docker.ContainerCapabilitiesArgs(adds=CAPABILITIES),
            # systemd's own sandboxes need calls that the engine's profiles forbid
            security_opts=["seccomp=unconfined", "apparmor=unconfined"],
            cgroupns_mode="host",
            volumes=[docker.ContainerVolumeArgs(container_path="/sys/fs/cgroup", host_path="/sys/fs/cgroup")],
            tmpfs={"/run": "", "/run/lock": ""},
            envs=["container=docker"],
            networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name, aliases=["zeek"])],
            ports=[docker.ContainerPortArgs(internal=SSH, external=args.port, ip=LOOPBACK, protocol="tcp")],
            uploads=[
                _file("/etc/ssh/ssh_host_ed25519_key", pulumi.Output.secret(host.private_key)),
                _file("/root/.ssh/authorized_keys", user.public_key),
            ],
            labels=[docker.ContainerLabelArgs(label="lab.stack", value=args.prefix)],
            stop_signal="SIGRTMIN+3",
            stop_timeout=30,
            destroy_grace_seconds=30,
            must_run=True,
            opts=made,
        )
        self.ssh = {
            "host": LOOPBACK,
            "user": "root",
            "port": args.port,
            "key": user.private_key,
            "host_key": host.fingerprint,
        }
        self.register_outputs({"container": self.container.id})


class ContainerZeek(pulumi.ComponentResource):
    """The Zeek role on a container; `source` and `host` as every machine of the lab has them."""

    source: pulumi.Output[str]
    host: pulumi.Output[str]

    def __init__(self, name: str, args: MachineArgs, settings: dict[str, Any], pins: Path) -> None:
        super().__init__("lab:machines:ContainerZeek", name, {})
        machine = ContainerMachine(f"{name}-container", args, pulumi.ResourceOptions(parent=self))
        inputs = {**role_inputs("zeek", pins, settings, ssh=machine.ssh), "machine": machine.container.id}
        # what is in the container goes with it
        role = InstalledRole(
            f"{name}-role",
            inputs,
            pulumi.ResourceOptions(parent=self, deleted_with=machine.container),
        )
        self.source = role.id.apply(lambda _: "container")
        self.host = pulumi.Output.json_dumps(inputs["ssh"])
        self.register_outputs({"role": role.id})


def zeek_server(configuration: LabConfiguration, at: Endpoints, pins: Path, prefix: str) -> ContainerZeek:
    """The sensor in a container of its own.

    Args:
        configuration: the stack's.
        at: the logging server's endpoints, which it ships to.
        pins: the file in which SSH host keys are pinned.
        prefix: how the names of what it makes begin on the engine.

    Raises:
        ConfigurationError: the container could not be reached, or could not reach the logging server.
    """
    if configuration.docker_host.startswith("ssh://"):
        raise ConfigurationError(
            "zeek_server is container, and docker.host is another machine, whose containers are not reached "
            "from here",
            "pulumi config set zeek_server existing, with that machine's address",
        )
    settings = zeek_settings(configuration, at)
    if configuration.docker_address == LOOPBACK:
        raise ConfigurationError(
            f"zeek_server is container, and the logging server listens on {LOOPBACK}: to a container, itself",
            "pulumi config set docker.address ADDRESS_OF_THIS_MACHINE\n"
            "pulumi config set docker.hosts ADDRESS_OF_THIS_MACHINE,localhost,127.0.0.1\n"
            "pulumi config set docker.allowed NETWORKS_THAT_MAY_COME_IN",
        )
    limits = Limits(
        cpus=min(ZEEK_SERVER.cpus, configuration.docker_cpus),
        memory_mb=ZEEK_SERVER.memory_gb * 10**9 // _MEGABYTE,
    )
    args = MachineArgs(
        engine=configuration.docker_host,
        prefix=prefix,
        image=configuration.zeek_container_image,
        port=configuration.zeek_container_port,
        limits=limits,
    )
    return ContainerZeek("zeek-server", args, settings, pins)


def _file(path: str, content: pulumi.Input[str]) -> docker.ContainerUploadArgs:
    return docker.ContainerUploadArgs(file=path, content=content, permissions="0600")
