"""The logging server on this machine as one component: supervised processes, in the order of their needs."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from pydantic import BaseModel

from console.settings import Settings as ConsoleSettings
from embedded.connect.settings import Settings as ConnectSettings
from embedded.kafka.settings import Settings as KafkaSettings
from embedded.ksql.settings import Settings as KsqlSettings
from embedded.splunk.settings import Settings as SplunkSettings
from infra.config import LabConfiguration
from infra.generated_secret import GeneratedSecret
from infra.logging_server.embedded.code_digest import code_digest
from infra.logging_server.embedded.health import HttpAnswers, KafkaAnswers
from infra.logging_server.embedded.process import Process, ProcessArgs
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisor import Supervisor
from infra.logging_server.endpoints import Endpoints
from infra.pipeline.pipeline import NAME as CONNECTOR
from infra.private_file import PrivateFile
from infra.tls.resources import CertificateAuthority, LeafCertificate
from infra.tls.trust_store import TrustStore

HOST: Final = "127.0.0.1"
SPLUNK_ADMIN: Final = "admin"
HEC_HEALTH: Final = "/services/collector/health"
CONSOLE_HEALTH: Final = "/health"
CONSOLE_IMPORTS: Final = (
    *("embedded/serving.py", "embedded/shipper/community_id.py"),
    *("infra/errors.py", "infra/ports.py", "infra/observation"),
)
"""What the console imports beside its own package: a change there restarts it as well."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedServerArgs:
    """What the logging server needs to know: the project's folder, the run directory, ports and sizes."""

    project: Path
    run: RunDirectory
    configuration: LabConfiguration


class EmbeddedServer(pulumi.ComponentResource):
    """Kafka itself, and the stand-ins for ksqlDB, Connect and Splunk; `endpoints` resolve when they serve."""

    endpoints: Endpoints

    def __init__(
        self, name: str, args: EmbeddedServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("lab:embedded:LoggingServer", name, None, opts)
        self._args = args
        self._supervisor = Supervisor("supervisor", args.run.path, pulumi.ResourceOptions(parent=self))
        self._authority = CertificateAuthority(
            "ca", f"{pulumi.get_stack()} lab CA", opts=pulumi.ResourceOptions(parent=self)
        )
        self._password = GeneratedSecret("splunk-admin", "password", opts=self._mine()).value
        trust = TrustStore("connect-trust", self._authority.certificate, self._mine())
        self._trust_store = self._file("connect-trust", "tls/ca.p12", trust.content_base64, binary=True)

        kafka = self._kafka()
        splunk = self._splunk()
        ksql = self._ksql(kafka)
        connect = self._connect(kafka)
        console = self._console(kafka)
        self.endpoints = self._endpoints(
            kafka=kafka, ksql=ksql, connect=connect, splunk=splunk, console=console
        )
        self.register_outputs({})

    def _kafka(self) -> Process:
        args = self._args
        settings = KafkaSettings(
            port=args.configuration.kafka_port,
            controller_port=args.configuration.kafka_controller_port,
            data_dir=args.run.data("kafka"),
            cluster_id=_cluster_id(args.run),
            heap_mb=args.configuration.kafka_heap_mb,
        )
        return self._process("kafka", settings, KafkaAnswers(host=HOST, port=settings.port).model_dump())

    def _ksql(self, kafka: Process) -> Process:
        settings = KsqlSettings(
            bootstrap=self._bootstrap,
            port=self._args.configuration.ksqldb_port,
            state_dir=self._args.run.data("ksql"),
            state_mb=self._args.configuration.ksqldb_state_mb,
        )
        health = HttpAnswers(url=f"http://{HOST}:{settings.port}/info")
        return self._process("ksql", settings, health.model_dump(), [kafka])

    def _connect(self, kafka: Process) -> Process:
        settings = ConnectSettings(bootstrap=self._bootstrap, port=self._args.configuration.connect_port)
        health = HttpAnswers(url=f"http://{HOST}:{settings.port}/connectors")
        return self._process("connect", settings, health.model_dump(), [kafka])

    def _console(self, kafka: Process) -> Process:
        settings = ConsoleSettings(
            bootstrap=self._bootstrap,
            port=self._args.configuration.console_port,
            certificate=self._args.run.path / "tls" / "console.pem",
            private_key=self._args.run.path / "tls" / "console.key",
            sink_group=f"connect-{CONNECTOR}",
        )
        health = {
            "kind": "http",
            "url": f"https://{HOST}:{settings.port}{CONSOLE_HEALTH}",
            "ca_certificate": self._authority.certificate,
        }
        digests = {name: file.digest for name, file in self._tls("console").items()}
        return self._process(
            "console", settings, health, [kafka], digests, package="console", imported=CONSOLE_IMPORTS
        )

    def _tls(self, name: str) -> dict[str, PrivateFile]:
        """A certificate and its key for a service on the loopback interface, as files."""
        leaf = LeafCertificate(f"{name}-tls", self._authority, ["localhost", HOST], opts=self._mine())
        return {
            "certificate": self._file(f"{name}-certificate", f"tls/{name}.pem", leaf.certificate),
            "private_key": self._file(f"{name}-key", f"tls/{name}.key", leaf.private_key),
        }

    def _splunk(self) -> Process:
        configuration = self._args.configuration
        password = self._file("splunk-password", "splunk-password", self._password)
        settings = SplunkSettings(
            management_port=configuration.splunk_management_port,
            hec_port=configuration.splunk_hec_port,
            certificate=self._args.run.path / "tls" / "splunk.pem",
            private_key=self._args.run.path / "tls" / "splunk.key",
            data_dir=self._args.run.data("splunk"),
            admin_password_file=self._args.run.path / "splunk-password",
        )
        health = {
            "kind": "http",
            "url": f"https://{HOST}:{settings.hec_port}{HEC_HEALTH}",
            "ca_certificate": self._authority.certificate,
        }
        files = {**self._tls("splunk"), "password": password}
        return self._process(
            "splunk", settings, health, [], {key: file.digest for key, file in files.items()}
        )

    def _process(
        self,
        program: str,
        settings: BaseModel,
        health: Mapping[str, Any],
        needs: list[pulumi.Resource] | None = None,
        reads: Mapping[str, pulumi.Input[str]] | None = None,
        *,
        package: str = "",
        imported: Sequence[str] = (),
    ) -> Process:
        args = ProcessArgs(
            program=program,
            project=self._args.project,
            run=self._args.run,
            supervisor=self._supervisor.generation,
            settings=settings,
            health=health,
            digests={
                "code": code_digest(self._args.project, package or f"embedded/{program}", imported),
                **(reads or {}),
            },
            package=package,
        )
        return Process(program, args, self._mine(*(needs or [])))

    def _endpoints(
        self, *, kafka: Process, ksql: Process, connect: Process, splunk: Process, console: Process
    ) -> Endpoints:
        configuration = self._args.configuration

        def once_up(process: Process, value: pulumi.Input[str]) -> pulumi.Output[str]:
            return pulumi.Output.all(process.id, value).apply(lambda both: str(both[1]))

        return Endpoints(
            kafka_bootstrap=once_up(kafka, self._bootstrap),
            ksqldb_url=once_up(ksql, f"http://{HOST}:{configuration.ksqldb_port}"),
            connect_url=once_up(connect, f"http://{HOST}:{configuration.connect_port}"),
            splunk_management_url=once_up(splunk, f"https://{HOST}:{configuration.splunk_management_port}"),
            splunk_hec_url=once_up(splunk, f"https://{HOST}:{configuration.splunk_hec_port}"),
            splunk_user=once_up(splunk, SPLUNK_ADMIN),
            splunk_password=once_up(splunk, pulumi.Output.secret(self._password)),
            ca_certificate=self._authority.certificate,
            console_url=once_up(console, f"https://{HOST}:{configuration.console_port}"),
            instance=self._supervisor.instance,
            connect_trust_store=self._trust_store.path,
            hand_to_connect=self._hand_to_connect,
            home=self._supervisor,
        )

    def _hand_to_connect(self, name: str, secret: pulumi.Output[str]) -> pulumi.Output[str]:
        """Write the secret into a properties file, for Kafka's FileConfigProvider."""
        properties = pulumi.Output.concat("secret=", secret, "\n")
        file = self._file(f"connect-{name}", f"connect-{name}.properties", properties)
        return file.path.apply(lambda path: f"${{file:{path}:secret}}")

    def _file(self, name: str, path: str, content: pulumi.Input[str], *, binary: bool = False) -> PrivateFile:
        return PrivateFile(name, self._args.run.path / path, content, base64=binary, opts=self._mine())

    @property
    def _bootstrap(self) -> str:
        return f"{HOST}:{self._args.configuration.kafka_port}"

    def _mine(self, *needs: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, depends_on=[self._supervisor, *needs], deleted_with=self._supervisor
        )


def _cluster_id(run: RunDirectory) -> str:
    """A KRaft cluster id of this run directory: 16 bytes in URL-safe base64, which never begins with `-`."""
    digest = hashlib.sha256(str(run.path).encode()).digest()[:16]
    return "L" + base64.urlsafe_b64encode(digest).decode().rstrip("=")[1:]
