"""The networks of the logging server: two private ones, and the front that people and Beats come in by."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker


@dataclass(frozen=True)
class Networks:
    """The names of the networks, known once they exist."""

    kafka_backend: pulumi.Output[str]
    splunk_backend: pulumi.Output[str]
    front: pulumi.Output[str]


def create(prefix: str, opts: pulumi.ResourceOptions) -> Networks:
    """Make the networks. A private one has no way out of the engine's machine and none in."""

    def network(name: str, *, private: bool) -> pulumi.Output[str]:
        made = docker.Network(
            f"{prefix}-{name}", name=f"{prefix}-{name}", driver="bridge", internal=private, opts=opts
        )
        return made.name

    return Networks(
        kafka_backend=network("kafka-backend", private=True),
        splunk_backend=network("splunk-backend", private=True),
        front=network("front", private=False),
    )
