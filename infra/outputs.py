"""What a stack exports, and how its readers (the commands, the checks) take it back."""

import json
from typing import Final

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from infra.errors import LabError

SECRETS: Final = frozenset(
    {"splunk_password", "hec_token", "beats_private_key", "kafka_security", "zeek_host", "windows_host"}
)
"""The outputs that are kept encrypted in the state and starred out on screen."""


class StackOutputs(BaseModel):
    """The endpoints of a running stack, read from `pulumi stack output --json --show-secrets`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kafka_bootstrap: str
    """`host:port`; empty where Kafka cannot be reached from outside its logging server."""
    kafka_security: SecretStr = SecretStr("{}")
    """What a Kafka client needs beside the address, by librdkafka's names, as a JSON object."""
    ksqldb_url: str
    connect_url: str
    splunk_management_url: str
    splunk_hec_url: str
    splunk_index: str
    splunk_user: str
    splunk_password: SecretStr
    hec_token: SecretStr
    ca_certificate: str
    """The lab's CA, PEM: what every TLS client of the lab verifies against."""
    run_directory: str
    """Where logs and run-time files of the stack are, relative to the project's folder."""
    console_url: str = ""
    """The web page that shows what the lab knows; empty where there is none."""
    beats_address: str = ""
    """Where Beats send to (`host:port`); empty where no Beat can."""
    beats_certificate: str = ""
    """The client certificate (PEM) that a Beat shows."""
    beats_private_key: SecretStr = SecretStr("")
    logging_server: str
    zeek_server: str
    windows_client: str
    zeek_host: SecretStr = SecretStr("")
    """How the Zeek server is reached, an `SshMachine` as JSON; empty where there is none."""
    windows_host: SecretStr = SecretStr("")
    """How the Windows client is reached, a `WinrmMachine` as JSON; empty where there is none."""

    @property
    def security(self) -> dict[str, str]:
        """The settings of `kafka_security`.

        Raises:
            LabError: Kafka cannot be reached from outside its logging server.
        """
        if not self.kafka_bootstrap:
            raise LabError(
                "this stack's Kafka cannot be reached from here: it is not published",
                "pulumi config set docker.kafka_external true, then pulumi up",
            )
        said: dict[str, str] = json.loads(self.kafka_security.get_secret_value())
        return said


def parse(text: str) -> StackOutputs:
    """Read the JSON that `pulumi stack output --json --show-secrets` printed.

    Raises:
        LabError: the stack is not up, or not completely.
    """
    try:
        return StackOutputs.model_validate(json.loads(text))
    except (json.JSONDecodeError, ValidationError) as error:
        missing = (
            ", ".join(str(detail["loc"][0]) for detail in error.errors(include_input=False))
            if isinstance(error, ValidationError)
            else "everything"
        )
        raise LabError(
            f"the stack is not completely up: its outputs lack {missing}", "Run ./lab up (or pulumi up)."
        ) from None
