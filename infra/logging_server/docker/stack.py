"""From a stack's configuration to its logging server in Docker, once the engine has been looked at."""

from pathlib import Path
from typing import Final

import docker
import pulumi

from infra import state
from infra.config import LabConfiguration
from infra.logging_server.docker import condition, engine, half_made, limits
from infra.logging_server.docker.container import Site
from infra.logging_server.docker.nginx import PUBLISHED
from infra.logging_server.docker.server import DockerServer, DockerServerArgs
from infra.ports import BEATS
from infra.sizes import LOGGING_SERVER

CACHE: Final = Path(".lab") / "cache" / "splunk-sink"


def logging_server(configuration: LabConfiguration, stack: str, project: Path) -> DockerServer:
    """Look at the engine, and describe the containers.

    Raises:
        LabError: the engine does not answer, is too small, or cannot get an image; a port is taken; a setting
            is wrong. Nothing was made.
    """
    configuration.check_reach()
    prefix = f"lab-{stack}"
    with engine.connect(configuration.docker_host) as client:
        check(client, configuration, prefix)
        for complaint in condition.ailing(client, prefix):
            pulumi.log.warn(f"{complaint}\nIt is replaced; if it ends so again: docker logs NAME")
        if not pulumi.runtime.is_dry_run():
            for name in half_made.remove(client, state.export(stack, project)):
                pulumi.log.warn(f"removed {name}, which a killed command had left half made")
        site = Site(
            prefix=prefix,
            local=not configuration.docker_host.startswith("ssh://"),
            generation=lambda name: condition.generation(client, name),
        )
        return DockerServer(
            "logging-server",
            DockerServerArgs(
                engine=configuration.docker_host,
                site=site,
                versions=configuration.versions(),
                limits=configuration.limits(),
                hosts=configuration.docker_hosts,
                allowed=configuration.docker_allowed,
                address=configuration.docker_address,
                cache=project / CACHE,
                keep_data=configuration.docker_keep_data,
                kafka_external_port=configuration.kafka_port if configuration.docker_kafka_external else None,
                splunk_sink_sha256=configuration.docker_splunk_connect_sha256,
            ),
        )


def check(client: docker.DockerClient, configuration: LabConfiguration, prefix: str) -> None:
    """Refuse what cannot work on this engine, before anything is made.

    Raises:
        ConfigurationError: naming what is short or taken, and the key to set.
    """
    chosen = configuration.limits()
    limits.check(
        chosen,
        LOGGING_SERVER,
        available_mb=engine.memory_mb(client),
        available_cpus=engine.cpus(client),
    )
    wanted = {*PUBLISHED.values(), BEATS}
    if configuration.docker_kafka_external:
        wanted.add(configuration.kafka_port)
    engine.check_ports(client, prefix, wanted)
    if not engine.holds(client, prefix):
        engine.check_disk(client, configuration.docker_disk_gb)
    if configuration.docker_host.startswith("unix://"):
        engine.check_local_ports(configuration.docker_address, wanted - engine.own_ports(client, prefix))
    versions = configuration.versions()
    engine.check_images(client, (versions.image(name) for name in chosen))
