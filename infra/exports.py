"""The outputs of a stack, from what it is made of."""

from pathlib import PurePath

import pulumi

from infra.config import LabConfiguration
from infra.logging_server.endpoints import Endpoints
from infra.machines.choice import Machine
from infra.outputs import SECRETS
from infra.pipeline.pipeline import Pipeline


def export(
    configuration: LabConfiguration,
    at: Endpoints,
    pipeline: Pipeline,
    zeek: Machine,
    windows: Machine,
    *,
    run_directory: PurePath,
) -> None:
    """Export what `infra.outputs.StackOutputs` describes, its secrets as secrets."""
    values: dict[str, pulumi.Input[str]] = {
        "kafka_bootstrap": at.kafka_bootstrap,
        "ksqldb_url": at.ksqldb_url,
        "connect_url": at.connect_url,
        "splunk_management_url": at.splunk_management_url,
        "splunk_hec_url": at.splunk_hec_url,
        "splunk_index": pipeline.index,
        "splunk_user": at.splunk_user,
        "splunk_password": at.splunk_password,
        "hec_token": pipeline.hec_token,
        "ca_certificate": at.ca_certificate,
        "run_directory": str(run_directory),
        "logging_server": configuration.logging_server,
        "zeek_server": zeek.source,
        "windows_client": windows.source,
        "zeek_host": zeek.host,
        "windows_host": windows.host,
    }
    if at.console_url is not None:
        values["console_url"] = at.console_url
    if at.beats is not None:
        values |= {
            "beats_address": at.beats.address,
            "beats_certificate": at.beats.certificate,
            "beats_private_key": at.beats.private_key,
        }
    if at.kafka_security is not None:
        values["kafka_security"] = at.kafka_security
    for name, value in values.items():
        pulumi.export(name, pulumi.Output.secret(value) if name in SECRETS else value)
