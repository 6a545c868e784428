"""What a stack in Docker needs: an engine that answers and is large enough, its ports, its images."""

from cli.checks.check import Check, passes
from infra.config import LabConfiguration


def checks(configuration: LabConfiguration, stack: str) -> list[Check]:
    """All of them, as `pulumi up` makes them."""
    return [passes("engine", lambda: _engine(configuration, stack))]


def _engine(configuration: LabConfiguration, stack: str) -> str:
    from infra.logging_server.docker import engine  # noqa: PLC0415 - the engine's client takes a second
    from infra.logging_server.docker.stack import check  # noqa: PLC0415

    configuration.check_reach()
    with engine.connect(configuration.docker_host) as client:
        check(client, configuration, f"lab-{stack}")
        size = f"{engine.cpus(client)} CPUs, {engine.memory_mb(client)} MB"
        return f"{configuration.docker_host} answers, with {size}, room, the ports and the images"
