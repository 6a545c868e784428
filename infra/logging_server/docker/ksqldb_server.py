"""ksqlDB: runs the statements of ksql/, which find the process of every connection."""

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run


def ksqldb_server(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make ksqlDB, healthy when its own health check is: metastore, Kafka and command runner.

    Its state is a copy of topics, so it needs no volume: a new container restores it from Kafka.
    """
    settings = {
        "bootstrap.servers": confluent.BOOTSTRAP,
        "listeners": f"http://0.0.0.0:{ports.KSQLDB}",
        "ksql.advertised.listener": confluent.KSQLDB_URL,
        "ksql.service.id": "default_",
        "ksql.schema.registry.url": confluent.SCHEMA_REGISTRY_URL,
        "ksql.connect.url": confluent.CONNECT_URL,
        "ksql.internal.topic.replicas": confluent.ONE_BROKER,
        "ksql.streams.replication.factor": confluent.ONE_BROKER,
        "ksql.streams.auto.offset.reset": "earliest",
        "ksql.streams.processing.guarantee": "exactly_once_v2",
        # with its default of 2 s, exactly once takes 2 s and more to the median event; with 100 ms, 134 ms
        "ksql.streams.commit.interval.ms": 100,
        "ksql.streams.num.stream.threads": 2,
        "ksql.logging.processing.topic.auto.create": True,
        "ksql.logging.processing.topic.replication.factor": confluent.ONE_BROKER,
        "ksql.logging.processing.stream.auto.create": True,
        "confluent.support.metrics.enable": False,
    }
    return run(
        Service(
            name="ksqldb-server",
            image=ground.image("ksqldb-server"),
            limits=ground.limits["ksqldb-server"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={
                **confluent.environment("KSQL", settings),
                "KSQL_HEAP_OPTS": ground.heap("ksqldb-server"),
                "KSQL_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            health=health.Health(command=health.http_ok(ports.KSQLDB, "/healthcheck"), start=120),
            stop_seconds=60,  # it closes its stores and leaves its consumer groups
        ),
        ground.site,
        opts,
    )
