"""The lab as one program: where its parts live is configuration; what is above that does not know."""

from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from infra import config
from infra.errors import LabError
from infra.exports import export
from infra.logging_server.choice import logging_server
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.machines import choice as machines
from infra.pipeline.pipeline import Pipeline, PipelineArgs

PROJECT = Path(__file__).resolve().parent


def build() -> None:
    """Read the configuration, choose where each part lives, wire them, export.

    Raises:
        LabError: the configuration cannot work on this machine; nothing was started.
    """
    chosen = config.parse(CONFIG.get())
    stack = pulumi.get_stack()
    run = RunDirectory(PROJECT / ".lab" / "run" / stack)

    server = logging_server(chosen, run, stack=stack, project=PROJECT, is_secret=config.is_secret)
    zeek = machines.zeek_server(chosen, server, run.path / "known_hosts", config.is_secret, stack)
    windows = machines.windows_client(chosen, server, run.path / "known_hosts", config.is_secret)
    pipeline = Pipeline(
        "pipeline",
        PipelineArgs(
            endpoints=server,
            statements=PROJECT / "ksql",
            rules=PROJECT / "detections",
            variables=chosen.variables,
            index=chosen.splunk_index,
            journal=run.path / "statements.json",
        ),
    )
    export(chosen, server, pipeline, zeek, windows, run_directory=run.path.relative_to(PROJECT))


try:
    build()
except LabError as error:
    raise pulumi.RunError(str(error)) from None
