"""ZooKeeper: where a broker before Kafka 4 keeps its metadata. Only the seed versions need it."""

from typing import Final

import pulumi
import pulumi_docker as docker

from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run

PORT: Final = 2181
DATA: Final = "zookeeper-data"
LOG: Final = "zookeeper-log"


def zookeeper(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make ZooKeeper, healthy when it says in which mode it serves."""
    settings = {"client.port": PORT, "tick.time": 2000, "admin.enable.server": False}
    return run(
        Service(
            name="zookeeper",
            image=ground.image("zookeeper"),
            limits=ground.limits["zookeeper"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={
                **confluent.environment("ZOOKEEPER", settings),
                "KAFKA_HEAP_OPTS": ground.heap("zookeeper"),
                "ZOOKEEPER_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            data={
                "/var/lib/zookeeper/data": ground.volumes[DATA],
                "/var/lib/zookeeper/log": ground.volumes[LOG],
            },
            health=health.Health(command=health.zookeeper(PORT), start=30),
        ),
        ground.site,
        opts,
    )
