"""The logging server's resources as Pulumi's engine is asked for them, recorded without an engine."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pulumi.runtime
from google.protobuf import json_format
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from infra.logging_server.docker import limits
from infra.logging_server.docker.container import Site
from infra.logging_server.docker.server import DockerServer, DockerServerArgs
from infra.logging_server.docker.versions import CURRENT
from infra.provision.ssh_keys import make_key
from infra.tls.certificates import make_authority, make_leaf

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

AUTHORITY = make_authority("recorded", 30)
LEAF = make_leaf(AUTHORITY, "lab.test", ["lab.test", "splunk", "logstash", "console", "127.0.0.1"], 30)
DOOR_PASSWORD = "door-password-of-a-test"
SPLUNK_PASSWORD = "splunk-password-of-a-test"
KAFKA_PASSWORD = "kafka-password-of-a-test"
HEC_TOKEN = "hec-token-of-a-test"
SSH_KEY = make_key("recorded")
SECRETS = (DOOR_PASSWORD, SPLUNK_PASSWORD, KAFKA_PASSWORD, HEC_TOKEN, LEAF.private_key)

ARGS = DockerServerArgs(
    engine="unix:///var/run/docker.sock",
    site=Site(prefix="lab-test", local=True, generation=lambda _: "1"),
    versions=CURRENT,
    limits=limits.limits(CURRENT),
    hosts=["lab.test", "127.0.0.1"],
    allowed=["127.0.0.1/32"],
    address="127.0.0.1",
    cache=Path("cache"),
)


@dataclass(frozen=True)
class Asked:
    """One resource that was asked for. `secret` has the paths of inputs that are marked as secrets."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    secret: frozenset[str]
    needs: frozenset[str]
    retained: bool

    @property
    def environment(self) -> dict[str, str]:
        """A container's environment."""
        return dict(text.split("=", 1) for text in self.inputs["envs"])

    @property
    def upload(self) -> dict[str, dict[str, Any]]:
        """A container's uploaded files by path."""
        return {each["file"]: each for each in self.inputs.get("uploads", ())}


@dataclass
class Plan:
    """All that was asked for, and what the program said."""

    resources: list[Asked] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Asked]:
        """The resources of one kind, such as `Container`."""
        return [each for each in self.resources if each.type.rsplit(":", 1)[-1] == kind]

    @cached_property
    def containers(self) -> dict[str, Asked]:
        """The containers by service."""
        return {each.inputs["hostname"]: each for each in self.of("Container")}


class _Facts(mocks.Mocks):
    """What making a resource would tell."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        kind = args.typ.rsplit(":", 1)[-1]
        passwords = {"door": DOOR_PASSWORD, "splunk-admin": SPLUNK_PASSWORD, "hec-token": HEC_TOKEN}
        facts: dict[str, dict[str, Any]] = {
            "Image": {"repoDigest": f"sha256:{args.name}"},
            "RemoteImage": {"imageId": f"sha256:{args.inputs.get('name')}"},
            "CertificateAuthority": {
                "certificate": AUTHORITY.certificate,
                "private_key": AUTHORITY.private_key,
            },
            "LeafCertificate": {"certificate": LEAF.certificate, "private_key": LEAF.private_key},
            "SshKey": vars(SSH_KEY),
            "TrustStore": {"content_base64": "AAAA"},
            "SplunkSinkJar": {"path": "/cache/splunk.jar", "sha256": "00ff"},
            "GeneratedSecret": {
                "value": next((v for k, v in passwords.items() if args.name.endswith(k)), KAFKA_PASSWORD)
            },
        }
        return args.name, {**args.inputs, **facts.get(kind, {})}

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(args.token)


class _Recorder(mocks.MockMonitor):
    def __init__(self, plan: Plan) -> None:
        super().__init__(_Facts())
        self._plan = plan

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802
        secret: set[str] = set()
        inputs = dict(_plain(json_format.MessageToDict(request.object), "", secret))
        self._plan.resources.append(
            Asked(
                type=request.type,
                name=request.name,
                inputs=inputs,
                secret=frozenset(secret),
                needs=frozenset(urn.rsplit("::", 1)[-1] for urn in request.dependencies),
                retained=request.retainOnDelete,
            )
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # Pulumi's own


def record(args: DockerServerArgs = ARGS, **changes: Any) -> Plan:
    """Build a logging server and return what it asked for."""
    return run(lambda: DockerServer("test", replace(args, **changes)))


def run(program: Callable[[], object]) -> Plan:
    """Run a Pulumi program and return what it asked for."""
    plan = Plan()
    ear = _Ear(plan)
    logger = logging.getLogger(f"{__name__}.{id(plan)}")
    logger.addHandler(ear)
    logger.propagate = False
    pulumi.runtime.set_mocks(
        _Facts(), project="flow-attribution-lab", stack="test", monitor=_Recorder(plan), logger=logger
    )
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # Pulumi's own
    return plan


class _Ear(logging.Handler):
    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def emit(self, record: logging.LogRecord) -> None:
        self._plan.messages.append(record.getMessage())


def _plain(value: Any, path: str, secret: set[str]) -> Any:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET or (value.get(_SIGNATURE) == _OUTPUT and value.get("secret")):
            secret.add(path)
            return _plain(value.get("value"), path, secret)
        if value.get(_SIGNATURE) == _OUTPUT:
            return _plain(value.get("value"), path, secret)
        return {key: _plain(item, f"{path}.{key}".strip("."), secret) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, f"{path}[{index}]", secret) for index, item in enumerate(value)]
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts(item)
