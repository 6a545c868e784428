"""What a logging server offers to the pipeline and to people, wherever it lives."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi

HandOver = Callable[[str, pulumi.Output[str]], pulumi.Output[str]]


def _as_it_is(_name: str, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    return secret


@dataclass(frozen=True, kw_only=True)
class BeatsInput:
    """Where Beats send to, and the client certificate (PEM) and key (a secret) that they show there."""

    address: pulumi.Output[str]
    """`host:port`, the host as the server's certificate has it."""
    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]


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
    instance: pulumi.Output[str]
    console_url: pulumi.Output[str] | None = None
    """The web page that shows what the lab knows; None where there is none."""
    connect_trust_store: pulumi.Output[str] | None = None
    """A PKCS #12 store on Connect's machine that trusts the CA; None where HEC is not over TLS."""
    hand_to_connect: HandOver = _as_it_is
    """Puts a secret where Connect finds it; returns what stands for it in a connector's configuration."""
    hec_token: pulumi.Output[str] | None = None
    """The value (a secret) that Splunk has to give its HEC token; None where Splunk makes one."""
    home: pulumi.Resource | None = None
    """What takes all that is behind the endpoints with it when it is removed; None where that stays."""
    beats: BeatsInput | None = None
    """None where no Beat can send: the embedded server takes recordings only."""
    kafka_security: pulumi.Output[str] | None = None
    """What a Kafka client needs beside the address, by librdkafka's names, as a JSON object (a secret)."""
