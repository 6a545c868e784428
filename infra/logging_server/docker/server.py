"""The logging server in Docker as one component: its containers, in the order of their needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.generated_secret import GeneratedSecret
from infra.logging_server.docker import networks, volumes
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.broker import EXTERNAL_USER, ExternalListener, broker, cluster_id
from infra.logging_server.docker.connect import HEC_TOKEN, TRUST_STORE, connect
from infra.logging_server.docker.console import NAMES as CONSOLE_NAMES
from infra.logging_server.docker.console import console
from infra.logging_server.docker.container import Site
from infra.logging_server.docker.control_center import control_center
from infra.logging_server.docker.ksqldb_cli import ksqldb_cli
from infra.logging_server.docker.ksqldb_server import ksqldb_server
from infra.logging_server.docker.limits import Limits
from infra.logging_server.docker.logstash import logstash
from infra.logging_server.docker.nginx import Door, nginx
from infra.logging_server.docker.rest_proxy import rest_proxy
from infra.logging_server.docker.schema_registry import schema_registry
from infra.logging_server.docker.splunk import ADMIN, HEC_URL, splunk
from infra.logging_server.docker.splunk_sink import SplunkSinkJar
from infra.logging_server.docker.versions import SEED_WARNING, Versions
from infra.logging_server.docker.zookeeper import zookeeper
from infra.logging_server.endpoints import BeatsInput, Endpoints
from infra.tls.resources import CertificateAuthority, LeafCertificate

DOOR_USER: Final = "lab"
SPLUNK_NAMES: Final = ("splunk", "localhost", "127.0.0.1")
"""As others call Splunk, and as it calls itself: it verifies its own ports too."""


@dataclass(frozen=True, kw_only=True)
class DockerServerArgs:
    """What the logging server needs to know.

    `engine` is the Docker engine's address (`unix://…` or `ssh://…`); `local` whether it sees this machine's
    files. The first of `hosts` is the name that clients are told; all of them are in the certificates.
    """

    engine: str
    site: Site
    versions: Versions
    limits: Mapping[str, Limits]
    hosts: Sequence[str]
    allowed: Sequence[str]
    address: str
    cache: Path
    keep_data: bool = False
    kafka_external_port: int | None = None
    splunk_sink_sha256: str = ""


class DockerServer(pulumi.ComponentResource):
    """Kafka, ksqlDB, Connect, Splunk, Logstash, nginx and what belongs to them, each in a container.

    `endpoints` resolve when the containers behind them are healthy.
    """

    endpoints: Endpoints

    def __init__(self, name: str, args: DockerServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lab:docker:LoggingServer", name, None, opts)
        self._args = args
        self._provider = docker.Provider(
            f"{name}-engine", host=args.engine, opts=pulumi.ResourceOptions(parent=self)
        )
        if args.versions.has_zookeeper:
            pulumi.log.warn(SEED_WARNING, resource=self)
        self._authority = CertificateAuthority(f"{name}-ca", f"{name} lab CA", opts=self._mine())
        self._beats = self._leaf("beats", ["beats"])
        self._password = GeneratedSecret(f"{name}-door", "password", opts=self._mine()).value
        self._hec_token: pulumi.Output[str] = pulumi.Output.secret(
            GeneratedSecret(f"{name}-hec-token", "uuid", opts=self._mine()).value
        )
        self._splunk_password = GeneratedSecret(f"{name}-splunk-admin", "password", opts=self._mine()).value
        self._build()
        self.register_outputs({})

    def _build(self) -> None:
        args, prefix = self._args, self._args.site.prefix
        ground = Ground(
            site=args.site,
            versions=args.versions,
            limits=args.limits,
            networks=networks.create(prefix, self._after()),
            volumes=volumes.create(prefix, args.versions, keep=args.keep_data, opts=self._after()),
        )
        external = self._external()
        keeper = [zookeeper(ground, self._after())] if args.versions.has_zookeeper else []
        kafka = broker(ground, external, self._after(*keeper))
        indexer = splunk(ground, self._identity("splunk", SPLUNK_NAMES), self._splunk_password, self._after())
        registry = schema_registry(ground, self._after(kafka))
        worker = connect(
            ground, self._sink(), self._authority.certificate, self._hec_token, self._after(kafka, indexer)
        )
        engine = ksqldb_server(ground, self._after(kafka, registry))
        ksqldb_cli(ground, self._after(engine))
        proxy = rest_proxy(ground, self._after(kafka, registry))
        center = control_center(ground, self._url(ports.KSQLDB), self._after(worker, engine, registry))
        shipper = logstash(
            ground, self._identity("logstash", [*args.hosts, "logstash"]), args.address, self._after(kafka)
        )
        page = console(ground, self._identity("console", CONSOLE_NAMES), args.hosts, self._after(kafka))
        door = nginx(ground, self._door(), self._after(indexer, worker, engine, proxy, center, page))
        everything = pulumi.Output.all(*(each.id for each in (kafka, indexer, worker, engine, shipper, door)))
        self.endpoints = self._endpoints(everything, kafka, external)

    def _endpoints(
        self, everything: pulumi.Output[list[str]], kafka: docker.Container, external: ExternalListener | None
    ) -> Endpoints:
        def once_up(value: pulumi.Input[str]) -> pulumi.Output[str]:
            return pulumi.Output.all(everything, value).apply(lambda both: str(both[1]))

        def behind_the_door(port: int) -> pulumi.Output[str]:
            return once_up(password.apply(lambda text: self._url(port, f"{DOOR_USER}:{text}@")))

        password: pulumi.Output[str] = pulumi.Output.secret(self._password)

        bootstrap = "" if external is None else f"{external.host}:{external.port}"
        return Endpoints(
            kafka_bootstrap=once_up(bootstrap),
            ksqldb_url=behind_the_door(ports.KSQLDB),
            connect_url=behind_the_door(ports.CONNECT),
            splunk_management_url=once_up(self._url(ports.SPLUNK_MANAGEMENT)),
            splunk_hec_url=once_up(HEC_URL),
            console_url=once_up(self._url(ports.CONSOLE)),
            splunk_user=once_up(ADMIN),
            splunk_password=once_up(pulumi.Output.secret(self._splunk_password)),
            ca_certificate=once_up(self._authority.certificate),
            instance=once_up(cluster_id(self._args.site.prefix)),
            hec_token=self._hec_token,
            hand_to_connect=lambda _name, _secret: pulumi.Output.from_input(HEC_TOKEN),
            # the sink refuses https:// without a store of its own, whatever Java trusts
            connect_trust_store=pulumi.Output.from_input(TRUST_STORE),
            home=kafka,
            kafka_security=None if external is None else external.client(),
            beats=BeatsInput(
                address=once_up(f"{self._args.hosts[0]}:{ports.BEATS}"),
                certificate=self._beats.certificate,
                private_key=self._beats.private_key,
            ),
        )

    def _external(self) -> ExternalListener | None:
        args = self._args
        if args.kafka_external_port is None:
            return None
        password = GeneratedSecret(f"{args.site.prefix}-kafka-{EXTERNAL_USER}", "password", opts=self._mine())
        return ExternalListener(
            address=args.address,
            host=args.hosts[0],
            port=args.kafka_external_port,
            identity=self._identity("broker", args.hosts),
            password=password.value,
        )

    def _door(self) -> Door:
        args = self._args
        return Door(
            address=args.address,
            hosts=args.hosts,
            allowed=args.allowed,
            user=DOOR_USER,
            password=self._password,
            identity=self._identity("nginx", args.hosts),
        )

    def _sink(self) -> SplunkSinkJar:
        args = self._args
        return SplunkSinkJar(
            f"{args.site.prefix}-splunk-sink",
            args.versions.splunk_connect,
            args.cache,
            pinned_sha256=args.splunk_sink_sha256,
            opts=self._mine(),
        )

    def _leaf(self, service: str, hosts: Sequence[str]) -> LeafCertificate:
        return LeafCertificate(
            f"{self._args.site.prefix}-{service}-tls", self._authority, hosts, opts=self._mine()
        )

    def _identity(self, service: str, hosts: Sequence[str]) -> Identity:
        leaf = self._leaf(service, hosts)
        return Identity(
            certificate=leaf.certificate, private_key=leaf.private_key, authority=self._authority.certificate
        )

    def _url(self, port: int, user: str = "") -> str:
        return f"https://{user}{self._args.hosts[0]}:{port}"

    def _mine(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _after(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self._provider, depends_on=list(needed))
