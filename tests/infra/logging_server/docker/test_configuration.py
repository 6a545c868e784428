"""The settings of the logging server in Docker, as `pulumi config set` hands them over."""

import pytest

from infra import config
from infra.errors import ConfigurationError
from infra.logging_server.docker.limits import limits
from infra.logging_server.docker.versions import CURRENT, SEED


def parse(**values: str) -> config.LabConfiguration:
    return config.parse({f"{config.PROJECT}:docker.{key}": value for key, value in values.items()})


def test_nothing_said_means_maintained_releases_within_the_lab_s_limits_on_loopback() -> None:
    chosen = parse()
    assert chosen.versions() == CURRENT
    assert chosen.limits() == limits(CURRENT)
    assert chosen.docker_address == "127.0.0.1"
    assert not chosen.docker_keep_data
    chosen.check_reach()


def test_one_version_and_one_limit_are_replaced() -> None:
    chosen = parse(version="nginx=1.31.4-alpine, splunk=10.2.0", memory_mb="broker=3000", cpus="2")
    assert chosen.versions().nginx == "1.31.4-alpine"
    assert chosen.versions().splunk == "10.2.0"
    assert chosen.versions().confluent == CURRENT.confluent
    assert chosen.limits()["broker"].memory_mb == 3000
    assert {limit.cpus for limit in chosen.limits().values()} == {1, 2}


def test_the_seed_is_chosen_by_one_word() -> None:
    chosen = parse(versions="seed")
    assert chosen.versions() == SEED
    assert "zookeeper" in chosen.limits()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"host": "tcp://192.0.2.1:2375"}, "unix://SOCKET or ssh://USER@MACHINE"),
        ({"versions": "newest"}, "current or seed"),
        ({"memory_mb": "broker=little"}, "docker.memory_mb"),
        ({"memory_mb": "broker=1"}, "docker.memory_mb"),
        ({"splunk_connect_sha256": "abc"}, "docker.splunk_connect_sha256"),
        ({"keep_data": "perhaps"}, "docker.keep_data"),
        ({"allowed": "192.0.2.10/24"}, "docker.allowed is '192.0.2.10/24'"),
        ({"allowed": ","}, "docker.allowed"),
        ({"hosts": "logging.lab; deny"}, "docker.hosts is 'logging.lab; deny'"),
        ({"hosts": ","}, "docker.hosts"),
    ],
)
def test_what_cannot_work_is_refused_with_the_key(values: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse(**values)
    assert said in str(error.value)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"docker\.memory_mb names 'kafka'; there are: broker"):
        parse(memory_mb="kafka=3000").limits()


def test_publishing_to_a_network_needs_a_word_on_who_may_come_in() -> None:
    with pytest.raises(ConfigurationError, match=r"docker\.allowed does not say who may come in"):
        parse(address="0.0.0.0").check_reach()  # noqa: S104  # that is what is refused
    parse(address="192.0.2.10", allowed="192.0.2.0/24").check_reach()


def test_kafka_is_not_published_by_a_release_that_cannot_protect_it() -> None:
    with pytest.raises(ConfigurationError, match=r"needs Confluent 6\.1 or later; this stack has 5\.5\.0"):
        parse(versions="seed", kafka_external="true").check_reach()


@pytest.mark.parametrize(
    "values", [{}, {"address": "192.0.2.10", "allowed": "192.0.2.0/24"}, {"hosts": "logging.lab"}]
)
def test_an_engine_elsewhere_needs_an_address_that_can_be_reached(values: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="whose loopback address this one cannot reach"):
        parse(host="ssh://lab@192.0.2.10", **values).check_reach()


def test_an_engine_elsewhere_with_an_address_and_a_name_is_fine() -> None:
    parse(
        host="ssh://lab@192.0.2.10",
        address="192.0.2.10",
        allowed="192.0.2.0/24",
        hosts="logging.lab,192.0.2.10",
    ).check_reach()
