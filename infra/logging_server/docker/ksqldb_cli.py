"""The ksqlDB command line, at hand: `docker exec -it NAME ksql http://ksqldb-server:8088`."""

import pulumi
import pulumi_docker as docker

from infra.logging_server.docker import confluent, health
from infra.logging_server.docker.args import Ground
from infra.logging_server.docker.container import Service, run


def ksqldb_cli(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make a container that waits for somebody to run `ksql` in it; a Java process starts only then."""
    return run(
        Service(
            name="ksqldb-cli",
            image=ground.image("ksqldb-cli"),
            limits=ground.limits["ksqldb-cli"],
            user=confluent.USER,
            networks=[ground.networks.kafka_backend],
            environment={"KSQL_HEAP_OPTS": ground.heap("ksqldb-cli")},
            entrypoint=["/bin/bash", "-c"],
            # bash waits for a signal, and ends at once on it; `sleep` as the first process would ignore it
            command=["trap 'exit 0' TERM; while :; do read -r -t 3600 <> <(:) || :; done"],
            health=health.Health(command="command -v ksql >/dev/null", start=5),
            stop_seconds=10,
        ),
        ground.site,
        opts,
    )
