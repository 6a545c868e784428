"""The settings of the logging server in Docker, by their keys in `pulumi config`."""

import ipaddress
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from infra.errors import ConfigurationError
from infra.logging_server.docker.limits import Limits
from infra.logging_server.docker.limits import limits as limits_of
from infra.logging_server.docker.versions import PresetName, Versions, preset, release

LOCAL_ENGINE: Final = "unix:///var/run/docker.sock"
LOOPBACK: Final = "127.0.0.1"
ENGINE_POOLS: Final = "127.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
"""A connection from the engine's own machine reaches nginx from the engine's gateway, whose address is one of
these (dockerd, default address pools), not from 127.0.0.1."""


def _members(text: object) -> object:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _pairs(text: object) -> object:
    if not isinstance(text, str):
        return text
    parts = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in parts}


HostNames = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[\w.:-]+$")], ...], BeforeValidator(_members), Field(min_length=1)
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_members), Field(min_length=1)
]
NamedVersions = Annotated[dict[str, str], BeforeValidator(_pairs)]
NamedSizes = Annotated[dict[str, Annotated[int, Field(ge=64)]], BeforeValidator(_pairs)]


class DockerConfiguration(BaseModel):
    """What may be said about a logging server in Docker. Alias: the key; description: what is allowed.

    Defaults are texts, as they stand in Pulumi.yaml.
    """

    model_config = ConfigDict(frozen=True, validate_default=True)

    docker_host: str = Field(
        default=LOCAL_ENGINE,
        alias="docker.host",
        pattern=r"^(unix://|ssh://|npipe://).+",
        description="the engine: unix://SOCKET or ssh://USER@MACHINE",
    )
    docker_versions: PresetName = Field(
        default="current", alias="docker.versions", description="current or seed"
    )
    docker_version: NamedVersions = Field(
        default="",  # type: ignore[arg-type]  # a text, for the validator
        alias="docker.version",
        description="releases that replace the preset's: nginx=1.30.4-alpine,splunk=10.4.3",
    )
    docker_cpus: int = Field(
        default=4,
        ge=1,
        alias="docker.cpus",
        description="the most CPUs that one container may use: 1 or more",
    )
    docker_memory_mb: NamedSizes = Field(
        default="",  # type: ignore[arg-type]  # a text, for the validator
        alias="docker.memory_mb",
        description="memory limits that replace the lab's, in megabytes: broker=3000,splunk=2000",
    )
    docker_address: str = Field(
        default=LOOPBACK,
        alias="docker.address",
        description="the address of the engine's machine that ports are published on",
    )
    docker_hosts: HostNames = Field(
        default=f"localhost,{LOOPBACK}",  # type: ignore[arg-type]  # a text, for the validator
        alias="docker.hosts",
        description="the names by which the logging server is reached, the first being the one that is told",
    )
    docker_allowed: Networks = Field(
        default=ENGINE_POOLS,  # type: ignore[arg-type]  # a text, for the validator
        alias="docker.allowed",
        description="the networks that people come from: 192.0.2.0/24,198.51.100.7/32",
    )
    docker_keep_data: bool = Field(
        default=False,
        alias="docker.keep_data",
        description="true or false: whether pulumi destroy leaves the volumes",
    )
    docker_kafka_external: bool = Field(
        default=False,
        alias="docker.kafka_external",
        description="true or false: whether Kafka is published too, with TLS and a password, on kafka.port",
    )
    docker_disk_gb: int = Field(
        default=30, ge=1, alias="docker.disk_gb", description="the free disk that an up asks for, in GB"
    )
    docker_splunk_connect_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = Field(
        default="",
        alias="docker.splunk_connect_sha256",
        description="the SHA-256 that the Splunk sink must have; without it, the one that GitHub publishes",
    )

    def versions(self) -> Versions:
        """The release of every image.

        Raises:
            ConfigurationError: a version is of nothing that there is, or not exact.
        """
        return preset(self.docker_versions, self.docker_version)

    def limits(self) -> dict[str, Limits]:
        """The limits of every container.

        Raises:
            ConfigurationError: a limit is of a container that there is not.
        """
        chosen = limits_of(self.versions())
        for name in self.docker_memory_mb:
            if name not in chosen:
                raise ConfigurationError(
                    f"docker.memory_mb names {name!r}; there are: {', '.join(chosen)}",
                    "pulumi config set docker.memory_mb broker=3000",
                )
        return {
            name: Limits(
                cpus=min(limit.cpus, self.docker_cpus),
                memory_mb=self.docker_memory_mb.get(name, limit.memory_mb),
            )
            for name, limit in chosen.items()
        }

    def check_reach(self) -> None:
        """Refuse settings that would publish to everybody, to nobody who can reach it, or what cannot be.

        Raises:
            ConfigurationError: naming the key.
        """
        if self.docker_address != LOOPBACK and ",".join(self.docker_allowed) == ENGINE_POOLS:
            raise ConfigurationError(
                f"docker.address is {self.docker_address}, and docker.allowed does not say who may come in",
                "pulumi config set docker.allowed 192.0.2.0/24",
            )
        if self.docker_host.startswith("ssh://") and (
            self.docker_address == LOOPBACK or self.docker_hosts[0] == "localhost"
        ):
            raise ConfigurationError(
                "the engine is on another machine, whose loopback address this one cannot reach",
                "pulumi config set docker.address ADDRESS, and docker.hosts NAME,ADDRESS of that machine",
            )
        # Kafka reads PEM key stores since its 2.7
        confluent = self.versions().confluent
        if self.docker_kafka_external and release(confluent) < (6, 1):
            raise ConfigurationError(
                f"docker.kafka_external needs Confluent 6.1 or later; this stack has {confluent}",
                "pulumi config set docker.kafka_external false, or docker.versions current",
            )
