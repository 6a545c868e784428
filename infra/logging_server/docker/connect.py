"""Kafka Connect with the Splunk sink: carries events to Splunk and commits what it has acknowledged."""

from typing import Final

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import CopiedFile, PlacedFile, Service, run
from infra.logging_server.docker.splunk_sink import SplunkSinkJar
from infra.tls.trust_store import TrustStore

PLUGINS: Final = "/usr/share/confluent-hub-components"
TRUST_STORE: Final = "/etc/lab/ca.p12"
CA_FILE: Final = "/etc/lab/ca.pem"
SECRETS: Final = "/etc/lab/connect-secrets.properties"
HEC_TOKEN: Final = f"${{file:{SECRETS}:hec-token}}"
"""What stands for the HEC token in a connector's configuration: Connect's API does not show the token."""


def connect(
    ground: Ground,
    sink: SplunkSinkJar,
    authority: pulumi.Input[str],
    hec_token: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> docker.Container:
    """Make a Connect worker, healthy when it lists its connectors. What it knows is in its three topics.

    Args:
        ground: what stands before the first container.
        sink: the Splunk sink's archive, its checksum verified.
        authority: the CA (PEM) that Splunk's certificate is verified against.
        hec_token: the token (a secret) that `HEC_TOKEN` stands for.
        opts: options of the resource.
    """
    settings = {
        "bootstrap.servers": confluent.BOOTSTRAP,
        "group.id": "lab-connect",
        "rest.advertised.host.name": "connect",
        "rest.port": ports.CONNECT,
        "listeners": f"http://0.0.0.0:{ports.CONNECT}",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "plugin.path": PLUGINS,
        "connector.client.config.override.policy": "All",
        # kafka.apache.org, "Configuration Providers"; Kafka before 3.7 ignores allowed.paths.
        "config.providers": "file",
        "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        "config.providers.file.param.allowed.paths": SECRETS,
        **{
            f"{kind}.storage.{key}": value
            for kind in ("config", "offset", "status")
            for key, value in (("topic", f"lab-connect-{kind}"), ("replication.factor", confluent.ONE_BROKER))
        },
    }
    store = TrustStore(
        ground.site.container("connect-trust"), authority, pulumi.ResourceOptions(parent=opts.parent)
    )
    trust = f"-Djavax.net.ssl.trustStore={TRUST_STORE} -Djavax.net.ssl.trustStoreType=PKCS12"
    return run(
        Service(
            name="connect",
            image=ground.image("connect"),
            limits=ground.limits["connect"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend, ground.networks.splunk_backend],
            environment={
                **confluent.environment("CONNECT", settings),
                "KAFKA_OPTS": trust,
                "KAFKA_HEAP_OPTS": ground.heap("connect"),
                "CONNECT_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            files=[
                PlacedFile(path=TRUST_STORE, content=store.content_base64, binary=True),
                PlacedFile(path=CA_FILE, content=authority),
                PlacedFile(path=SECRETS, content=pulumi.Output.concat("hec-token=", hec_token, "\n")),
            ],
            copies=[
                CopiedFile(
                    path=f"{PLUGINS}/splunk/splunk-kafka-connect.jar", source=sink.path, sha256=sink.sha256
                )
            ],
            health=health.Health(command=health.http_ok(ports.CONNECT, "/connectors"), start=120),
            # the sink delivers or gives back what it holds, and commits what was acknowledged
            stop_seconds=60,
        ),
        ground.site,
        opts,
    )
