"""One service in one container: what all of them share, in the spelling that the Docker plug-in keeps.

The plug-in compares what it is asked for with what the engine says. Where the two spell a thing differently,
it updates or replaces the container at every `up`. Everything here is therefore in the engine's own spelling.
"""

import hashlib
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pulumi
import pulumi_docker as docker

from infra.errors import LabError
from infra.logging_server.docker.health import Health
from infra.logging_server.docker.limits import Limits

REPOSITORY: Final = Path(__file__).resolve().parents[3]

LOG_ROTATION: Final = {"max-size": "10m", "max-file": "3"}
"""At most 30 MB of output a container, so that a chatty one cannot fill the machine's disk."""

GENERATION_LABEL: Final = "lab.generation"
CONTENT_LABEL: Final = "lab.content"
STACK_LABEL: Final = "lab.stack"


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a container that is published on one address of the engine's machine."""

    inside: int
    outside: int
    address: str


@dataclass(frozen=True, kw_only=True)
class PlacedFile:
    """A file that is written into the container before it starts; `docker inspect` does not show it.

    It belongs to root, and the service may read it by its group.
    """

    path: str
    content: pulumi.Input[str]
    binary: bool = False
    """Whether `content` is base64."""


@dataclass(frozen=True, kw_only=True)
class CopiedFile:
    """A file of this machine that is copied into the container before it starts; its digest tells changes."""

    path: str
    source: pulumi.Input[str]
    sha256: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one container of the logging server is. `user` is `uid:gid`, numeric."""

    name: str
    image: str | docker.Image
    """The name of one that is pulled, or one that is built."""
    limits: Limits
    user: str
    networks: Sequence[pulumi.Input[str]]
    health: Health
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    ports: Sequence[Port] = ()
    data: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Volumes by the path at which the service keeps what must survive it."""
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Files and folders of conf/ by the path at which the service reads them."""
    files: Sequence[PlacedFile] = ()
    copies: Sequence[CopiedFile] = ()
    scratch: Mapping[str, str] = field(default_factory=dict)
    """Folders in memory, with their mount options."""
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    stop_seconds: int = 30
    """How long the service may take to stop by itself before it is killed."""
    stop_signal: str = "SIGTERM"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where containers are made: their common prefix, and whether the engine sees this machine's files."""

    prefix: str
    local: bool
    generation: Callable[[str], str]
    """Which attempt at a container this is, by its name: another one replaces a container that is down."""

    def container(self, service: str) -> str:
        """The engine's name of a service's container."""
        return f"{self.prefix}-{service}"


def run(service: Service, site: Site, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make the container, and wait until its health check passes.

    Raises:
        LabError: a file of conf/ is not there, or its container could not read it.
    """
    name = site.container(service.name)
    return docker.Container(
        name,
        name=name,
        image=_image_id(service.image, name, opts),
        hostname=service.name,
        user=service.user,
        group_adds=["0"],
        cpus=service.limits.cpus_text,
        memory=service.limits.memory_mb,
        # equal: no swap; and one without the other is an update at every up
        memory_swap=service.limits.memory_mb,
        restart="unless-stopped",
        log_driver="json-file",
        log_opts=LOG_ROTATION,
        security_opts=["no-new-privileges:true"],
        capabilities=docker.ContainerCapabilitiesArgs(drops=DROPPED_CAPABILITIES),
        envs=[pulumi.Output.concat(key, "=", value) for key, value in sorted(service.environment.items())],
        networks_advanced=[
            docker.ContainerNetworksAdvancedArgs(name=network, aliases=[service.name])
            for network in service.networks
        ],
        ports=[
            docker.ContainerPortArgs(
                internal=port.inside, external=port.outside, ip=port.address, protocol="tcp"
            )
            for port in service.ports
        ],
        volumes=[
            docker.ContainerVolumeArgs(container_path=path, volume_name=volume)
            for path, volume in sorted(service.data.items())
        ],
        mounts=_mounts(service.configuration) if site.local else [],
        tmpfs=dict(service.scratch) or None,
        uploads=_uploads(service, site),
        healthcheck=service.health.args(),
        entrypoints=list(service.entrypoint) or None,
        command=list(service.command) or None,
        labels=[
            docker.ContainerLabelArgs(label=STACK_LABEL, value=site.prefix),
            docker.ContainerLabelArgs(label=CONTENT_LABEL, value=content_digest(service.configuration)),
            docker.ContainerLabelArgs(label=GENERATION_LABEL, value=site.generation(name)),
        ],
        wait=True,  # or "created" would be all that an up waits for, also of a container that crashed at once
        wait_timeout=service.health.patience,
        # or an up that replaces it kills it in the middle of a write
        destroy_grace_seconds=service.stop_seconds,
        stop_timeout=service.stop_seconds,
        stop_signal=service.stop_signal,
        must_run=True,
        opts=opts,
    )


def _image_id(image: str | docker.Image, name: str, opts: pulumi.ResourceOptions) -> pulumi.Input[str]:
    if isinstance(image, docker.Image):
        return image.repo_digest  # of an image that is not pushed, its id
    pulled = docker.RemoteImage(f"{name}-image", name=image, keep_locally=True, opts=_without_deps(opts))
    return pulled.image_id


DROPPED_CAPABILITIES: Final = [
    "CAP_AUDIT_WRITE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_MKNOD",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
]
"""All that an engine gives a container unasked (moby, oci/caps/defaults.go): none of the services needs one.

One by one and with their prefix: that is how the engine and the plug-in read them back.
"""


def _uploads(service: Service, site: Site) -> list[docker.ContainerUploadArgs]:
    def upload(path: str, **content: pulumi.Input[str]) -> docker.ContainerUploadArgs:
        # The plug-in's `owner` does not work with a container that has a user: the engine then looks that
        # user up in its own machine's passwd. So the files are root's, and readable for the group that every
        # service is in.
        made = docker.ContainerUploadArgs(file=path, permissions="0440")
        for name, value in content.items():
            setattr(made, name, value)
        return made

    placed = [*service.files, *(() if site.local else _as_files(service.configuration))]
    return [
        *(upload(each.path, content_base64=each.content) for each in placed if each.binary),
        *(upload(each.path, content=each.content) for each in placed if not each.binary),
        *(upload(each.path, source=each.source, source_hash=each.sha256) for each in service.copies),
    ]


def content_digest(configuration: Mapping[str, str]) -> str:
    """A digest of the files of conf/ that a container reads: the engine does not notice when one changes.

    Raises:
        LabError: a file is not there.
    """
    digest = hashlib.sha256()
    for path, source in sorted(configuration.items()):
        for target, file in _walk(path, source):
            content = file.read_bytes()
            digest.update(f"{target}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _walk(path: str, source: str) -> list[tuple[str, Path]]:
    root = REPOSITORY / source
    if root.is_file():
        return [(path, root)]
    if not root.is_dir():
        raise LabError(f"{source} is not there, and a container reads it", f"git checkout {source}")
    return [
        (f"{path}/{file.relative_to(root).as_posix()}", file)
        for file in sorted(root.rglob("*"))
        if file.is_file()
    ]


def _mounts(configuration: Mapping[str, str]) -> list[docker.ContainerMountArgs]:
    for path, source in configuration.items():
        for _, file in _walk(path, source):
            if not file.stat().st_mode & stat.S_IROTH:
                raise LabError(
                    f"{file.relative_to(REPOSITORY)} cannot be read by the service whose container mounts it",
                    "chmod -R o+rX conf",
                )
    return [
        docker.ContainerMountArgs(type="bind", source=str(REPOSITORY / source), target=path, read_only=True)
        for path, source in sorted(configuration.items())
    ]


def _as_files(configuration: Mapping[str, str]) -> list[PlacedFile]:
    # An engine behind ssh:// does not see this machine's files, so they are sent along.
    return [
        PlacedFile(path=target, content=file.read_text(encoding="utf-8"))
        for path, source in sorted(configuration.items())
        for target, file in _walk(path, source)
    ]


def _without_deps(opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    # Images are pulled side by side and at once, also those of services that start late.
    return pulumi.ResourceOptions(parent=opts.parent, provider=opts.provider)
