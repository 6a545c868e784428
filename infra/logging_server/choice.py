"""Which logging server a stack has: its configuration says, and nothing above knows the difference."""

from collections.abc import Callable
from pathlib import Path

from infra import preflight
from infra.config import LabConfiguration
from infra.logging_server import external
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.server import EmbeddedServer, EmbeddedServerArgs
from infra.logging_server.endpoints import Endpoints


def logging_server(
    configuration: LabConfiguration,
    run: RunDirectory,
    *,
    stack: str,
    project: Path,
    is_secret: Callable[[str], bool],
) -> Endpoints:
    """Describe the logging server that was chosen, and return its endpoints.

    Args:
        configuration: the stack's.
        run: where the stack's processes keep their files.
        stack: its name.
        project: the project's folder.
        is_secret: whether a key of the configuration is encrypted.

    Raises:
        LabError: it cannot work here; nothing was started.
    """
    if configuration.logging_server == "external":
        return external.endpoints(configuration, is_secret)
    if configuration.logging_server == "docker":
        # the engine's client and the plug-in's classes take a second that the embedded stack need not wait
        from infra.logging_server.docker import stack as docker  # noqa: PLC0415

        return docker.logging_server(configuration, stack, project).endpoints
    preflight.check(configuration, run)
    args = EmbeddedServerArgs(project=project, run=run, configuration=configuration)
    return EmbeddedServer("logging-server", args).endpoints
