"""The configuration is read as a whole and refused as a whole."""

import re
from pathlib import Path

import pytest
import yaml

from infra import config, ports
from infra.errors import ConfigurationError

PROJECT_FILE = Path(__file__).resolve().parents[2] / "Pulumi.yaml"


def parse(**values: str) -> config.LabConfiguration:
    return config.parse({f"flow-attribution-lab:{key}": value for key, value in values.items()})


def test_nothing_said_means_the_defaults() -> None:
    assert parse().ports["kafka.port"] == ports.KAFKA
    assert parse().logging_server == "embedded"


def test_a_value_is_typed() -> None:
    assert parse(**{"kafka.port": "19092"}).kafka_port == 19092


def test_other_namespaces_are_not_judged() -> None:
    config.parse({"pulumi:tags": "{}", "azure-native:location": "x"})


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("kafka.port", "99999", ["kafka.port", "'99999'", "1 to 65535", "pulumi config set kafka.port 9092"]),
        ("kafka.port", "0", ["kafka.port", "1 to 65535"]),
        ("kafka.port", "nine", ["kafka.port", "'nine'", "whole number"]),
        ("kafka.port", "9092.5", ["kafka.port", "'9092.5'", "whole number"]),
        ("logging_server", "cloud", ["logging_server", "'cloud'", "embedded"]),
        ("attribution.window", "9999999999 DAYS", ["attribution.window", "60 SECONDS"]),
        ("attribution.window", "a minute", ["attribution.window", "'a minute'", "60 SECONDS"]),
        ("kafk.port", "9092", ["kafk.port", "did you mean kafka.port?", "pulumi config rm kafk.port"]),
        ("no_such_thing", "1", ["no_such_thing", "there are: logging_server", "pulumi config rm"]),
        ("kafka.heap_mb", "1", ["kafka.heap_mb", "from 128"]),
        ("ksqldb.state_mb", "1", ["ksqldb.state_mb", "from 64", "pulumi config set ksqldb.state_mb 700"]),
        ("splunk.index", "_Internal", ["splunk.index", "'_Internal'", "lower-case"]),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_key_value_and_what_is_allowed(
    key: str, value: str, told: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse(**{key: value})
    for part in told:
        assert part in str(error.value)


def test_two_services_on_one_port_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=re.escape("ksqldb.port and splunk.hec_port are both 8088")):
        parse(**{"splunk.hec_port": "8088"})


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        parse(**{"kafka.port": "0", "connect.port": "0", "nonsense": "1"})
    assert all(key in str(error.value) for key in ("kafka.port", "connect.port", "nonsense"))


def test_the_project_file_declares_just_these_keys_with_these_defaults() -> None:
    declared = yaml.safe_load(PROJECT_FILE.read_text())["config"]
    flat = {key.removeprefix('["').removesuffix('"]'): entry["default"] for key, entry in declared.items()}
    assert flat == {key: "" if default is None else default for key, default in config.keys().items()}
    assert all(entry["description"] for entry in declared.values())
