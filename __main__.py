"""The lab as one program: where its parts live is configuration; what is above that does not know."""

from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from infra import config, preflight
from infra.errors import LabError
from infra.exports import export
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.server import EmbeddedServer, EmbeddedServerArgs
from infra.machines.recorded import RecordedMachine
from infra.pipeline.pipeline import Pipeline, PipelineArgs

PROJECT = Path(__file__).resolve().parent


def build() -> None:
    """Read the configuration, choose where each part lives, wire them, export.

    Raises:
        LabError: the configuration cannot work on this machine; nothing was started.
    """
    chosen = config.parse(CONFIG.get())
    run = RunDirectory(PROJECT / ".lab" / "run" / pulumi.get_stack())
    preflight.check(chosen, run)

    server = EmbeddedServer(
        "logging-server", EmbeddedServerArgs(project=PROJECT, run=run, configuration=chosen)
    )
    zeek = RecordedMachine("zeek-server", "Zeek server")
    windows = RecordedMachine("windows-client", "Windows client")
    pipeline = Pipeline(
        "pipeline",
        PipelineArgs(
            endpoints=server.endpoints,
            statements=PROJECT / "ksql",
            variables=chosen.variables,
            index=chosen.splunk_index,
            journal=run.path / "statements.json",
        ),
    )
    export(chosen, server.endpoints, pipeline, zeek, windows, run_directory=run.path.relative_to(PROJECT))


try:
    build()
except LabError as error:
    raise pulumi.RunError(str(error)) from None
