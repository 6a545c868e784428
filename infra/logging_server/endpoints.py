"""What a logging server offers to the pipeline and to people, wherever it lives."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The addresses and secrets of one logging server; they resolve when its services serve.

    `instance` names the data behind the endpoints: another one means that the pipeline is applied anew.
    `ca_certificate` is the PEM that every TLS client verifies against.
    """

    kafka_bootstrap: pulumi.Output[str]
    ksqldb_url: pulumi.Output[str]
    connect_url: pulumi.Output[str]
    splunk_management_url: pulumi.Output[str]
    splunk_hec_url: pulumi.Output[str]
    splunk_user: pulumi.Output[str]
    splunk_password: pulumi.Output[str]
    ca_certificate: pulumi.Output[str]
    ca_certificate_file: pulumi.Output[str]
    """Where Connect's own machine finds the CA's PEM."""
    instance: pulumi.Output[str]
