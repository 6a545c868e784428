"""A logging server that somebody else runs: its endpoints are what was given, and nothing is given away."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra import config
from infra.errors import ConfigurationError
from infra.logging_server import external
from infra.logging_server.endpoints import Endpoints
from infra.logging_server.external_configuration import SECRET, key
from tests.infra.logging_server.docker.recorded import run

CLOUD = {
    "external.kafka_bootstrap": "pkc-abc.eu-west-1.aws.confluent.cloud:9092",
    "external.kafka_user": "KAFKA KEY",
    "external.kafka_password": "kafka secret",
    "external.ksqldb_url": "https://pksqlc-abc.eu-west-1.aws.confluent.cloud:443",
    "external.ksqldb_user": "API KEY",
    "external.ksqldb_password": "secret/with:signs@",
    "external.connect_url": "https://connect.test:8083",
    "external.connect_trust_store": "/etc/connect/splunk.p12",
    "external.splunk_management_url": "https://splunk.test:8089",
    "external.splunk_hec_url": "https://splunk.test:8088",
    "external.splunk_user": "lab",
    "external.splunk_password": "splunk secret",
}
ENCRYPTED = frozenset(key(field) for field in SECRET)


def endpoints(changes: dict[str, str] | None = None, encrypted: frozenset[str] = ENCRYPTED) -> Endpoints:
    given = {**CLOUD, **(changes or {})}
    chosen = config.parse({f"{config.PROJECT}:{name}": value for name, value in given.items()})
    return external.endpoints(chosen, encrypted.__contains__)


def resolved(make: Any, *names: str) -> tuple[dict[str, str], dict[str, bool]]:
    values: dict[str, str] = {}
    secret: dict[str, bool] = {}

    async def look() -> None:
        made = make()
        for name in names:
            output: pulumi.Output[str] = getattr(made, name)
            values[name] = str(await output.future())
            secret[name] = await output.is_secret()

    run(look)
    return values, secret


def test_the_endpoints_are_what_was_given_with_users_in_place_and_secret() -> None:
    values, secret = resolved(
        endpoints,
        "kafka_bootstrap",
        "ksqldb_url",
        "connect_url",
        "splunk_hec_url",
        "splunk_password",
        "ca_certificate",
    )
    assert values == {
        "kafka_bootstrap": CLOUD["external.kafka_bootstrap"],
        "ksqldb_url": "https://API%20KEY:secret%2Fwith%3Asigns%40@pksqlc-abc.eu-west-1.aws.confluent.cloud:443",
        "connect_url": CLOUD["external.connect_url"],
        "splunk_hec_url": CLOUD["external.splunk_hec_url"],
        "splunk_password": "splunk secret",
        "ca_certificate": "",
    }
    assert secret["ksqldb_url"]
    assert secret["splunk_password"]
    assert not secret["connect_url"]


def test_the_ca_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("PEM", encoding="ascii")
    values, _ = resolved(lambda: endpoints({"external.ca_file": str(file)}), "ca_certificate")
    assert values == {"ca_certificate": "PEM"}


def test_a_kafka_client_gets_what_the_cluster_asks_for(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("PEM", encoding="ascii")
    values, secret = resolved(lambda: endpoints({"external.ca_file": str(file)}), "kafka_security")
    assert json.loads(values["kafka_security"]) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "KAFKA KEY",
        "sasl.password": "kafka secret",
        "ssl.ca.pem": "PEM",
    }
    assert secret["kafka_security"]
    plain = {"external.kafka_protocol": "PLAINTEXT", "external.kafka_user": "", "external.kafka_password": ""}
    values, _ = resolved(lambda: endpoints(plain), "kafka_security")
    assert json.loads(values["kafka_security"]) == {"security.protocol": "PLAINTEXT"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"external.kafka_bootstrap": "", "external.splunk_user": ""},
            r"external\.kafka_bootstrap, external\.splunk_user",
        ),
        ({"external.connect_trust_store": ""}, r"external\.connect_trust_store"),
        ({"external.ca_file": "/no/such/file.pem"}, r"external\.ca_file is /no/such/file\.pem"),
        ({"external.ksqldb_url": "http://ksqldb.test:8088"}, "passwords would be sent in the clear"),
    ],
)
def test_what_cannot_work_is_refused_with_the_key(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        endpoints(changes)


def test_a_password_that_is_not_encrypted_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"external\.splunk_password is in .* unencrypted") as error:
        endpoints(encrypted=ENCRYPTED - {"external.splunk_password"})
    assert error.value.remedy == "pulumi config set --secret external.splunk_password"
    assert "splunk secret" not in str(error.value)


def test_a_user_in_a_url_is_refused_so_that_it_is_not_stored_in_the_clear() -> None:
    with pytest.raises(ConfigurationError, match=r"external\.connect_url"):
        endpoints({"external.connect_url": "https://user:password@connect.test"})


def test_connect_is_told_where_the_token_is_and_splunk_what_it_is() -> None:
    given = {
        "external.hec_token": "1b6c8d3a-0f0e-4a39-9d0e-5f4b3a2c1d00",
        "external.hec_token_reference": "${file:/etc/connect/lab.properties:hec-token}",
    }
    told: dict[str, str] = {}

    async def look() -> None:
        made = endpoints(given)
        assert made.hec_token is not None
        assert await made.hec_token.is_secret()
        told["splunk"] = str(await made.hec_token.future())
        told["connect"] = str(await made.hand_to_connect("hec-token", made.hec_token).future())
        without = endpoints()
        assert without.hec_token is None
        told["itself"] = str(await without.hand_to_connect("hec-token", made.hec_token).future())

    run(look)
    assert told == {
        "splunk": given["external.hec_token"],
        "connect": given["external.hec_token_reference"],
        "itself": given["external.hec_token"],
    }


def test_a_reference_without_the_token_that_it_stands_for_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"there is no external\.hec_token for Splunk") as error:
        endpoints({"external.hec_token_reference": "${file:/etc/connect/lab.properties:hec-token}"})
    assert error.value.remedy == "pulumi config set --secret external.hec_token"


def test_what_is_no_reference_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"external\.hec_token_reference"):
        endpoints({"external.hec_token_reference": "/etc/connect/lab.properties"})


def test_hosts_send_to_somebody_s_logstash_with_its_client_certificate(tmp_path: Path) -> None:
    for name in ("beats.crt", "beats.key"):
        (tmp_path / name).write_text(f"PEM of {name}", encoding="ascii")
    given = {
        "external.beats_address": "logstash.test:5044",
        "external.beats_certificate_file": str(tmp_path / "beats.crt"),
        "external.beats_key_file": str(tmp_path / "beats.key"),
    }
    values, secret = resolved(lambda: endpoints(given).beats, "address", "certificate", "private_key")
    assert values == {
        "address": "logstash.test:5044",
        "certificate": "PEM of beats.crt",
        "private_key": "PEM of beats.key",
    }
    assert secret == {"address": False, "certificate": False, "private_key": True}
    with pytest.raises(ConfigurationError, match=r"there is no external\.beats_key_file"):
        endpoints({**given, "external.beats_key_file": ""})
