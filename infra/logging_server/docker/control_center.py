"""Control Center: topics, connectors and ksqlDB in a browser. Behind nginx, which asks for a password."""

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run


def control_center(
    ground: Ground, advertised_ksqldb_url: str, opts: pulumi.ResourceOptions
) -> docker.Container:
    """Make Control Center, healthy when it serves its page.

    It runs in management mode: its metrics would need Confluent Server, Prometheus and Alertmanager beside
    it, and 8 GB (docs.confluent.io, "Control Center System Requirements").

    Args:
        ground: what stands before the first container.
        advertised_ksqldb_url: where the user's browser reaches ksqlDB.
        opts: options of the resource.
    """
    settings = {
        "bootstrap.servers": confluent.BOOTSTRAP,
        "replication.factor": confluent.ONE_BROKER,
        "internal.topics.partitions": 1,
        "mode.enable": "management",
        "connect.lab.cluster": confluent.CONNECT_URL,
        "ksql.lab.url": confluent.KSQLDB_URL,
        "ksql.lab.advertised.url": advertised_ksqldb_url,
        "schema.registry.url": confluent.SCHEMA_REGISTRY_URL,
        "usage.data.collection.enable": False,
        "rest.listeners": f"http://0.0.0.0:{ports.CONTROL_CENTER}",
    }
    return run(
        Service(
            name="control-center",
            image=ground.image("control-center"),
            limits=ground.limits["control-center"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={
                **confluent.environment("CONTROL_CENTER", settings),
                **(
                    {"CONTROL_CENTER_ZOOKEEPER_CONNECT": "zookeeper:2181"}
                    if ground.versions.has_zookeeper
                    else {}
                ),
                "CONFLUENT_METRICS_TOPIC_REPLICATION": confluent.ONE_BROKER,
                "CONTROL_CENTER_HEAP_OPTS": ground.heap("control-center"),
                "CONTROL_CENTER_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            health=health.Health(command=health.http_ok(ports.CONTROL_CENTER, "/"), start=180),
        ),
        ground.site,
        opts,
    )
