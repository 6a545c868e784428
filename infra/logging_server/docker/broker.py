"""The Kafka broker: everything between sensors, ksqlDB and Splunk passes through it."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_docker as docker

from embedded.kafka.settings import AHEAD_MS, HOUR_MS, MIB, Settings
from infra import ports
from infra.logging_server.docker import confluent, health, zookeeper
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.container import PlacedFile, Port, Service, run

DATA: Final = "broker-data"
CONTROLLER_PORT: Final = 29093
KEY_FILE: Final = "/etc/lab/broker.pem"
JAAS_FILE: Final = "/etc/lab/broker.jaas"
EXTERNAL_USER: Final = "lab"


@dataclass(frozen=True, kw_only=True)
class ExternalListener:
    """The listener that clients outside the engine's machine use: TLS, and a password (SASL PLAIN)."""

    address: str
    """The address of the engine's machine that it is published on."""
    host: str
    """The name that clients know the broker by; the certificate has it."""
    port: int
    identity: Identity
    password: pulumi.Input[str]

    def jaas(self) -> pulumi.Output[str]:
        """The login configuration of this listener alone (Kafka documentation, "JAAS configuration")."""
        return pulumi.Output.secret(self.password).apply(
            lambda password: (
                "external.KafkaServer {\n"
                "  org.apache.kafka.common.security.plain.PlainLoginModule required\n"
                f'  user_{EXTERNAL_USER}="{password}";\n'
                "};\n"
            )
        )

    def client(self) -> pulumi.Output[str]:
        """What a client needs beside the address, by librdkafka's names, as a JSON object (a secret)."""

        def settings(known: list[str]) -> str:
            password, authority = known
            return json.dumps(
                {
                    "security.protocol": "SASL_SSL",
                    "sasl.mechanism": "PLAIN",
                    "sasl.username": EXTERNAL_USER,
                    "sasl.password": password,
                    "ssl.ca.pem": authority,
                }
            )

        return pulumi.Output.all(pulumi.Output.secret(self.password), self.identity.authority).apply(settings)

    def key_and_certificate(self) -> pulumi.Output[str]:
        """Key and certificate in one PEM, as Kafka's key store type PEM wants them."""
        return pulumi.Output.secret(
            pulumi.Output.concat(
                self.identity.private_key, self.identity.certificate, self.identity.authority
            )
        )


def broker(
    ground: Ground, external: ExternalListener | None, opts: pulumi.ResourceOptions
) -> docker.Container:
    """Make the broker, healthy when it answers a metadata request."""
    return run(
        Service(
            name="broker",
            image=ground.image("broker"),
            limits=ground.limits["broker"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend, *([] if external is None else [ground.networks.front])],
            environment={
                **confluent.environment("KAFKA", properties(ground, external)),
                **({} if ground.versions.has_zookeeper else {"CLUSTER_ID": cluster_id(ground.site.prefix)}),
                **(
                    {}
                    if external is None
                    else {"KAFKA_OPTS": f"-Djava.security.auth.login.config={JAAS_FILE}"}
                ),
                "KAFKA_HEAP_OPTS": ground.heap("broker"),
                "KAFKA_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            data={"/var/lib/kafka/data": ground.volumes[DATA]},
            files=[]
            if external is None
            else [
                PlacedFile(path=KEY_FILE, content=external.key_and_certificate()),
                PlacedFile(path=JAAS_FILE, content=external.jaas()),
            ],
            ports=[]
            if external is None
            else [Port(inside=ports.KAFKA, outside=external.port, address=external.address)],
            # its check starts a Java process, so not every few seconds
            health=health.Health(
                command=health.broker(confluent.BOOTSTRAP), start=90, interval=30, timeout=20, retries=4
            ),
            # a clean stop writes its recovery point; without one it scans its log at the next start
            stop_seconds=60,
        ),
        ground.site,
        opts,
    )


def properties(ground: Ground, external: ExternalListener | None) -> dict[str, object]:
    """The broker's settings, by the names of Kafka's documentation ("Broker Configs")."""
    listeners = {"INTERNAL": f"0.0.0.0:{confluent.INTERNAL_PORT}"}
    advertised = {"INTERNAL": confluent.BOOTSTRAP}
    protocols = {"INTERNAL": "PLAINTEXT"}
    if external is not None:
        listeners["EXTERNAL"] = f"0.0.0.0:{ports.KAFKA}"
        advertised["EXTERNAL"] = f"{external.host}:{external.port}"
        protocols["EXTERNAL"] = "SASL_SSL"
    metadata = _zookeeper() if ground.versions.has_zookeeper else _kraft(listeners, protocols)
    return {
        **metadata,
        "listeners": _pairs(listeners, "://"),
        "advertised.listeners": _pairs(advertised, "://"),
        "listener.security.protocol.map": _pairs(protocols, ":"),
        "inter.broker.listener.name": "INTERNAL",
        **({} if external is None else _external()),
        **_topics(),
    }


def cluster_id(prefix: str) -> str:
    """The cluster's id: the same for one stack at all times, so that data which was kept is its own again.

    Kafka takes 22 characters of URL-safe base64; with a leading `-` its format command takes it for an
    option.
    """
    for attempt in range(1000):
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"{prefix}#{attempt}")
        text = base64.urlsafe_b64encode(name.bytes).rstrip(b"=").decode()
        if not text.startswith("-"):
            return text
    raise AssertionError(prefix)  # 1 in 64 to the power of 1000


def _kraft(listeners: dict[str, str], protocols: dict[str, str]) -> dict[str, object]:
    listeners["CONTROLLER"] = f"0.0.0.0:{CONTROLLER_PORT}"
    protocols["CONTROLLER"] = "PLAINTEXT"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@broker:{CONTROLLER_PORT}",
        "controller.listener.names": "CONTROLLER",
        "log.message.timestamp.after.max.ms": AHEAD_MS,
        "share.coordinator.state.topic.replication.factor": confluent.ONE_BROKER,
        "share.coordinator.state.topic.min.isr": confluent.ONE_BROKER,
    }


def _zookeeper() -> dict[str, object]:
    return {"broker.id": 1, "zookeeper.connect": f"zookeeper:{zookeeper.PORT}"}


def _external() -> dict[str, object]:
    return {
        "sasl.enabled.mechanisms": "PLAIN",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": KEY_FILE,
        "ssl.enabled.protocols": "TLSv1.3,TLSv1.2",
    }


def _topics() -> dict[str, object]:
    """What holds for topics that do not say otherwise: the same as in the embedded stack."""
    default = {name: field.default for name, field in Settings.model_fields.items()}
    return {
        "num.partitions": default["partitions"],
        "default.replication.factor": confluent.ONE_BROKER,
        "auto.create.topics.enable": True,
        "log.retention.ms": default["retention_hours"] * HOUR_MS,
        "log.retention.bytes": default["retention_mb"] * MIB,
        "log.segment.bytes": 64 * MIB,
        "offsets.topic.replication.factor": confluent.ONE_BROKER,
        "transaction.state.log.replication.factor": confluent.ONE_BROKER,
        "transaction.state.log.min.isr": confluent.ONE_BROKER,
        "group.initial.rebalance.delay.ms": 0,
        "confluent.support.metrics.enable": False,
    }


def _pairs(values: dict[str, str], separator: str) -> str:
    return ",".join(f"{name}{separator}{value}" for name, value in values.items())
