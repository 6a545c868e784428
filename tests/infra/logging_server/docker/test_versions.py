"""Which releases are run, and that one can be replaced by another that is exact."""

import pytest

from infra.errors import ConfigurationError
from infra.logging_server.docker.versions import CURRENT, SEED, preset


def test_the_current_releases_are_the_default_and_need_no_zookeeper() -> None:
    assert preset("current") == CURRENT
    assert not CURRENT.has_zookeeper
    assert SEED.has_zookeeper


def test_a_single_version_can_be_replaced() -> None:
    chosen = preset("current", {"nginx": "1.31.4-alpine"})
    assert chosen.image("nginx") == "nginx:1.31.4-alpine"
    assert chosen.image("splunk") == CURRENT.image("splunk")


@pytest.mark.parametrize(
    ("ksqldb", "server", "command_line"),
    [
        ("0.29.0", "confluentinc/ksqldb-server:0.29.0", "confluentinc/ksqldb-cli:0.29.0"),
        ("8.0.2", "confluentinc/cp-ksqldb-server:8.0.2", "confluentinc/cp-ksqldb-cli:8.0.2"),
        ("8.3.1", "confluentinc/cp-ksqldb-server:8.3.1", "confluentinc/cp-ksqldb-server:8.3.1"),
    ],
)
def test_the_images_of_ksqldb_follow_its_numbering(ksqldb: str, server: str, command_line: str) -> None:
    chosen = preset("current", {"ksqldb": ksqldb})
    assert chosen.image("ksqldb-server") == server
    assert chosen.image("ksqldb-cli") == command_line


@pytest.mark.parametrize(
    ("name", "overrides", "said"),
    [
        ("newest", {}, "docker.versions is 'newest'; there are: current, seed"),
        ("current", {"kafka": "4.1.0"}, "docker.version names 'kafka'; there are: confluent"),
        ("current", {"nginx": "latest"}, "a tag that moves"),
    ],
)
def test_what_names_no_exact_release_is_refused(name: str, overrides: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        preset(name, overrides)
