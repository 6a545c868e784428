"""A logging server that somebody else runs: Kafka (Confluent Cloud too), ksqlDB, Connect and Splunk."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pulumi

from infra.errors import ConfigurationError
from infra.logging_server.endpoints import BeatsInput, Endpoints
from infra.logging_server.external_configuration import NEEDED, SECRET, URLS, ExternalConfiguration, key


def endpoints(configuration: ExternalConfiguration, is_secret: Callable[[str], bool]) -> Endpoints:
    """The endpoints of the services, as they were given.

    Args:
        configuration: what was given.
        is_secret: whether a key is encrypted in the stack's configuration.

    Raises:
        ConfigurationError: something is missing, not encrypted, or would go over the wire in the clear.
    """
    check(configuration, is_secret)
    ksqldb = _with_user(
        configuration.external_ksqldb_url,
        configuration.external_ksqldb_user,
        configuration.external_ksqldb_password,
    )
    connect = _with_user(
        configuration.external_connect_url,
        configuration.external_connect_user,
        configuration.external_connect_password,
    )
    authority = pem(configuration, "external_ca_file")
    reference = configuration.external_hec_token_reference
    return Endpoints(
        kafka_bootstrap=_known(configuration.external_kafka_bootstrap),
        kafka_security=_secret(json.dumps(kafka_client(configuration, authority))),
        ksqldb_url=ksqldb,
        connect_url=connect,
        connect_trust_store=_known(configuration.external_connect_trust_store),
        splunk_management_url=_known(configuration.external_splunk_management_url),
        splunk_hec_url=_known(configuration.external_splunk_hec_url),
        splunk_user=_known(configuration.external_splunk_user),
        splunk_password=_secret(configuration.external_splunk_password),
        ca_certificate=_known(authority),
        instance=_known(configuration.external_kafka_bootstrap),
        hec_token=_secret(configuration.external_hec_token) if configuration.external_hec_token else None,
        hand_to_connect=lambda _name, token: _known(reference) if reference else token,
        beats=beats(configuration),
    )


def check(configuration: ExternalConfiguration, is_secret: Callable[[str], bool]) -> None:
    """Refuse a configuration that says too little, or lets a secret lie or travel in the clear.

    Raises:
        ConfigurationError: naming the keys.
    """
    login = configuration.external_kafka_protocol == "SASL_SSL"
    needed = (*NEEDED, *(("external_kafka_user", "external_kafka_password") if login else ()))
    if configuration.external_splunk_hec_url.startswith("https://"):
        # the sink refuses https:// without a store of its own, whatever Java trusts
        needed = (*needed, "external_connect_trust_store")
    missing = [field for field in needed if not getattr(configuration, field)]
    if missing:
        raise ConfigurationError(
            f"logging_server is external, and there is no {', '.join(map(key, missing))}",
            "\n".join(_how(field) for field in missing),
        )
    bare = [field for field in SECRET if getattr(configuration, field) and not is_secret(key(field))]
    if bare:
        raise ConfigurationError(
            f"{', '.join(map(key, bare))} is in the stack's configuration file unencrypted",
            "\n".join(_how(field) for field in bare),
        )
    if configuration.external_hec_token_reference and not configuration.external_hec_token:
        raise ConfigurationError(
            f"{key('external_hec_token_reference')} says where Connect reads the token, and there is no "
            f"{key('external_hec_token')} for Splunk to have",
            _how("external_hec_token"),
        )
    for field in URLS:
        parts = urlsplit(getattr(configuration, field))
        if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise ConfigurationError(
                f"{key(field)} is {getattr(configuration, field)}: passwords would be sent in the clear",
                f"pulumi config set {key(field)} https://…",
            )


def kafka_client(configuration: ExternalConfiguration, authority: str) -> dict[str, str]:
    """What a Kafka client needs beside the address, by librdkafka's names."""
    protocol = configuration.external_kafka_protocol
    login = {
        "sasl.mechanism": configuration.external_kafka_mechanism,
        "sasl.username": configuration.external_kafka_user,
        "sasl.password": configuration.external_kafka_password,
    }
    return {
        "security.protocol": protocol,
        **(login if protocol == "SASL_SSL" else {}),
        **({"ssl.ca.pem": authority} if authority and protocol != "PLAINTEXT" else {}),
    }


def _how(field: str) -> str:
    flag = " --secret" if field in SECRET else ""
    return f"pulumi config set{flag} {key(field)}" + ("" if field in SECRET else " VALUE")


def _with_user(url: str, user: str, password: str) -> pulumi.Output[str]:
    if not user:
        return _known(url)
    parts = urlsplit(url)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@"
    return _secret(urlunsplit(parts._replace(netloc=login + parts.netloc)))


def beats(configuration: ExternalConfiguration) -> BeatsInput | None:
    """The Beats input of somebody's Logstash, and what Beats show there; None without one.

    Raises:
        ConfigurationError: the client's certificate or key is missing.
    """
    if not configuration.external_beats_address:
        return None
    fields = ("external_beats_certificate_file", "external_beats_key_file")
    missing = [field for field in fields if not getattr(configuration, field)]
    if missing:
        raise ConfigurationError(
            f"{key('external_beats_address')} is given, and there is no {', '.join(map(key, missing))}",
            "\n".join(_how(field) for field in missing),
        )
    certificate, private_key = (pem(configuration, field) for field in fields)
    return BeatsInput(
        address=_known(configuration.external_beats_address),
        certificate=_known(certificate),
        private_key=_secret(private_key),
    )


def pem(configuration: ExternalConfiguration, field: str) -> str:
    """What the file holds that a setting names; empty where none is named.

    Raises:
        ConfigurationError: there is no such file.
    """
    file = getattr(configuration, field)
    if not file:
        return ""
    path = Path(file)
    if not path.is_file():
        raise ConfigurationError(
            f"{key(field)} is {file}, and there is no such file", f"pulumi config set {key(field)} PATH"
        )
    return path.read_text(encoding="ascii")


def _known(value: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value)


def _secret(value: str) -> pulumi.Output[str]:
    return pulumi.Output.secret(value)
