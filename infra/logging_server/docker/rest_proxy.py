"""REST Proxy: Kafka over HTTP, for those who have no Kafka client. Nothing of the lab depends on it."""

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run


def rest_proxy(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make the proxy, healthy when it lists the broker's topics."""
    settings = {
        "host.name": "rest-proxy",
        "listeners": f"http://0.0.0.0:{ports.REST_PROXY}",
        "bootstrap.servers": confluent.BOOTSTRAP,
        "schema.registry.url": confluent.SCHEMA_REGISTRY_URL,
    }
    return run(
        Service(
            name="rest-proxy",
            image=ground.image("rest-proxy"),
            limits=ground.limits["rest-proxy"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={
                **confluent.environment("KAFKA_REST", settings),
                "KAFKAREST_HEAP_OPTS": ground.heap("rest-proxy"),
                "KAFKA_REST_LOG4J_ROOT_LOGLEVEL": ground.versions.root_loglevel,
            },
            health=health.Health(command=health.http_ok(ports.REST_PROXY, "/topics"), start=60),
        ),
        ground.site,
        opts,
    )
