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
        description="a PKCS #12 file on Connect's machine that trusts Splunk; empty if its Java does",
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
