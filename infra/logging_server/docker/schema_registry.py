"""Schema Registry: Avro and Protobuf schemas for those who want them; the lab's own topics are JSON."""

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run


def schema_registry(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make the registry, healthy when it lists its subjects. What it knows is in the topic `_schemas`."""
    settings = {
        "host.name": "schema-registry",
        "listeners": f"http://0.0.0.0:{ports.SCHEMA_REGISTRY}",
        "kafkastore.bootstrap.servers": confluent.BOOTSTRAP,
        "kafkastore.topic.replication.factor": confluent.ONE_BROKER,
    }
    return run(
        Service(
            name="schema-registry",
            image=ground.image("schema-registry"),
            limits=ground.limits["schema-registry"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={
                **confluent.environment("SCHEMA_REGISTRY", settings),
                "SCHEMA_REGISTRY_HEAP_OPTS": ground.heap("schema-registry"),
                "SCHEMA_REGISTRY_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            health=health.Health(command=health.http_ok(ports.SCHEMA_REGISTRY, "/subjects"), start=60),
        ),
        ground.site,
        opts,
    )
