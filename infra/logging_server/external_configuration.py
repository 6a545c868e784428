"""The settings of a logging server that somebody else runs, by their keys in `pulumi config`."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Url = Annotated[str, Field(pattern=r"^(https?://[^@\s]+)?$")]


class ExternalConfiguration(BaseModel):
    """Where the services are and who may use them. Alias: the key; description: what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    external_kafka_bootstrap: str = Field(
        default="",
        alias="external.kafka_bootstrap",
        description="Kafka: HOST:PORT, several separated by commas",
    )
    external_kafka_protocol: Literal["SASL_SSL", "SSL", "PLAINTEXT"] = Field(
        default="SASL_SSL", alias="external.kafka_protocol", description="SASL_SSL, SSL or PLAINTEXT"
    )
    external_kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="PLAIN",
        alias="external.kafka_mechanism",
        description="PLAIN (Confluent Cloud), SCRAM-SHA-256 or SCRAM-SHA-512",
    )
    external_kafka_user: str = Field(
        default="", alias="external.kafka_user", description="a user, or the key of a Confluent Cloud API key"
    )
    external_kafka_password: str = Field(
        default="",
        alias="external.kafka_password",
        description="its password or API secret; set it with --secret",
    )
    external_ksqldb_url: Url = Field(
        default="",
        alias="external.ksqldb_url",
        description="ksqlDB's REST API: https://HOST:PORT, without a user",
    )
    external_ksqldb_user: str = Field(
        default="",
        alias="external.ksqldb_user",
        description="a user, or the key of a Confluent Cloud API key",
    )
    external_ksqldb_password: str = Field(
        default="",
        alias="external.ksqldb_password",
        description="its password or API secret; set it with --secret",
    )
    external_connect_url: Url = Field(
        default="", alias="external.connect_url", description="Connect's REST API: https://HOST:PORT"
    )
    external_connect_user: str = Field(default="", alias="external.connect_user", description="a user")
    external_connect_password: str = Field(
        default="", alias="external.connect_password", description="its password; set it with --secret"
    )
    external_connect_trust_store: str = Field(
        default="",
        alias="external.connect_trust_store",
        description="a PKCS #12 file on Connect's machine that trusts Splunk's certificate",
    )
    external_splunk_management_url: Url = Field(
        default="", alias="external.splunk_management_url", description="Splunk's API: https://HOST:8089"
    )
    external_splunk_hec_url: Url = Field(
        default="",
        alias="external.splunk_hec_url",
        description="Splunk's event collector, as Connect reaches it: https://HOST:8088",
    )
    external_splunk_user: str = Field(
        default="", alias="external.splunk_user", description="a user who may make indexes and tokens"
    )
    external_splunk_password: str = Field(
        default="", alias="external.splunk_password", description="its password; set it with --secret"
    )
    external_ca_file: str = Field(
        default="",
        alias="external.ca_file",
        description="a file with the CA certificates (PEM) of these services; empty: those of the system",
    )
    external_hec_token: str = Field(
        default="",
        alias="external.hec_token",
        description="the value (a UUID) that Splunk's HEC token has; empty: it makes one; set by --secret",
    )
    external_hec_token_reference: Annotated[str, Field(pattern=r"^(\$\{[^{}]+:[^{}]+\})?$")] = Field(
        default="",
        alias="external.hec_token_reference",
        description="what Connect reads external.hec_token by: ${PROVIDER:PATH:KEY}; empty: the token itself",
    )
    external_beats_address: Annotated[str, Field(pattern=r"^([^\s:]+:\d+)?$")] = Field(
        default="",
        alias="external.beats_address",
        description="the Beats input of a Logstash of yours: HOST:PORT; empty: no host can send",
    )
    external_beats_certificate_file: str = Field(
        default="",
        alias="external.beats_certificate_file",
        description="a file with the client certificate (PEM) that Beats show there",
    )
    external_beats_key_file: str = Field(
        default="", alias="external.beats_key_file", description="a file with its key (PEM, PKCS #8)"
    )


NEEDED: Final = (
    "external_kafka_bootstrap",
    "external_ksqldb_url",
    "external_connect_url",
    "external_splunk_management_url",
    "external_splunk_hec_url",
    "external_splunk_user",
    "external_splunk_password",
)
SECRET: Final = (
    "external_kafka_password",
    "external_ksqldb_password",
    "external_connect_password",
    "external_splunk_password",
    "external_hec_token",
)
"""Settings that have to be set with --secret: the state keeps them encrypted, the configuration file too."""

URLS: Final = (
    "external_ksqldb_url",
    "external_connect_url",
    "external_splunk_management_url",
    "external_splunk_hec_url",
)


def key(field: str) -> str:
    """The configuration key of a field."""
    return str(ExternalConfiguration.model_fields[field].alias)
