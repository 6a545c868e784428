"""The lab's configuration: typed, checked as a whole, refused with the key, the value and what is allowed."""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pulumi.runtime.config import is_config_secret
from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from embedded.ksql.settings import STATE_MB
from infra import ports
from infra.errors import ConfigurationError
from infra.logging_server.docker.configuration import DockerConfiguration
from infra.logging_server.external_configuration import ExternalConfiguration
from infra.machines.configuration import MachineConfiguration

PROJECT: Final = "flow-attribution-lab"

Port = Annotated[int, Field(ge=1, le=65535, description="a TCP port: a whole number from 1 to 65535")]
Duration = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{0,8} (MILLISECONDS?|SECONDS?|MINUTES?|HOURS?|DAYS?)$"),
    Field(description="a duration as KSQL writes it, for instance 60 SECONDS or 24 HOURS"),
]
IndexName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$"),
    Field(description="a Splunk index: lower-case letters, digits, _ and -, beginning with letter or digit"),
]


class LabConfiguration(MachineConfiguration, DockerConfiguration, ExternalConfiguration):
    """One stack's configuration. Alias: the key in `pulumi config`; description: what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    logging_server: Literal["embedded", "docker", "external"] = Field(
        default="embedded", description="embedded, docker or external"
    )

    kafka_port: Port = Field(default=ports.KAFKA, alias="kafka.port")
    kafka_controller_port: Port = Field(default=ports.KAFKA_CONTROLLER, alias="kafka.controller_port")
    ksqldb_port: Port = Field(default=ports.KSQLDB, alias="ksqldb.port")
    connect_port: Port = Field(default=ports.CONNECT, alias="connect.port")
    splunk_management_port: Port = Field(default=ports.SPLUNK_MANAGEMENT, alias="splunk.management_port")
    splunk_hec_port: Port = Field(default=ports.SPLUNK_HEC, alias="splunk.hec_port")
    console_port: Port = Field(default=ports.CONSOLE, alias="console.port")

    kafka_heap_mb: int = Field(
        default=256, ge=128, le=65536, alias="kafka.heap_mb", description="megabytes, from 128 to 65536"
    )
    ksqldb_state_mb: int = Field(
        default=STATE_MB,
        ge=64,
        le=1048576,
        alias="ksqldb.state_mb",
        description="megabytes, from 64 to 1048576",
    )
    splunk_index: IndexName = Field(default="flows", alias="splunk.index")

    attribution_window: Duration | None = Field(
        default=None,
        alias="attribution.window",
        description="a duration as KSQL writes it, for instance 60 SECONDS",
    )
    attribution_grace: Duration | None = Field(
        default=None,
        alias="attribution.grace",
        description="a duration as KSQL writes it, for instance 24 HOURS",
    )

    @property
    def ports(self) -> dict[str, int]:
        """The ports that the embedded logging server listens on, by configuration key."""
        return {
            field.alias: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if field.alias is not None and name in LabConfiguration.__annotations__ and name.endswith("_port")
        }

    @property
    def variables(self) -> dict[str, str]:
        """What the configuration says about the variables that ksql/ DEFINEs, by their names there."""
        said = {
            "attribution_window": self.attribution_window,
            "attribution_grace": self.attribution_grace,
        }
        return {name: value for name, value in said.items() if value is not None}

    @model_validator(mode="after")
    def _no_port_twice(self) -> Self:
        owners: dict[int, str] = {}
        for key, port in self.ports.items():
            first = owners.setdefault(port, key)
            if first != key:
                raise PydanticCustomError(
                    "port_twice",
                    "{first} and {second} are both {port}: every service needs a port of its own",
                    {"first": first, "second": key, "port": port},
                )
        return self


def keys() -> dict[str, Any]:
    """Every configuration key with its default."""
    return {field.alias or name: field.get_default() for name, field in _fields()}


def allowed() -> dict[str, str]:
    """Every configuration key with a sentence on what its value may be."""
    return {field.alias or name: field.description or "" for name, field in _fields()}


def _fields() -> list[tuple[str, FieldInfo]]:
    """What holds for every stack first, then what is one logging server's own."""
    own = LabConfiguration.__annotations__
    return sorted(LabConfiguration.model_fields.items(), key=lambda field: field[0] not in own)


def parse(raw: Mapping[str, str]) -> LabConfiguration:
    """Read a stack's configuration as the Pulumi tool hands it over: texts by `project:key`.

    Keys of other projects' namespaces (`pulumi:tags`, a provider's settings) are not the lab's to judge.

    Raises:
        ConfigurationError: an unknown key, a wrong type, a value out of range, or two keys with one port. The
            message names every one of them.
    """
    prefix = f"{PROJECT}:"
    mine = {key.removeprefix(prefix): value for key, value in raw.items() if key.startswith(prefix)}
    try:
        return LabConfiguration.model_validate({key: value for key, value in mine.items() if value != ""})
    except ValidationError as error:
        problems = [_explain(detail) for detail in error.errors(include_url=False)]
        raise ConfigurationError(
            "the configuration of this stack cannot work:\n" + "\n".join(f"  {what}" for what, _ in problems),
            "\n".join(f"  {remedy}" for _, remedy in problems),
        ) from None


def is_secret(key: str) -> bool:
    """Whether a key is encrypted in the stack's configuration (`pulumi config set --secret`)."""
    return bool(is_config_secret(f"{PROJECT}:{key}"))


def _explain(detail: ErrorDetails) -> tuple[str, str]:
    if detail["type"] == "port_twice":
        return detail["msg"], f"pulumi config set {detail['ctx']['second']} PORT"
    key = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, keys(), n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(keys())}"
        return f"{key} is not a setting of this lab{hint}", f"pulumi config rm {key}"
    default = keys()[key]
    example = "VALUE" if default is None else f"'{default}'" if " " in str(default) else default
    return f"{key} is {detail['input']!r}; allowed: {allowed()[key]}", f"pulumi config set {key} {example}"
