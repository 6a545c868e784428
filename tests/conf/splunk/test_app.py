"""Splunk's configuration: what its listeners show and ask for, how much it keeps, which time an event has."""

import configparser
from pathlib import Path

import pytest

from infra.logging_server.docker import splunk
from infra.logging_server.docker.container import REPOSITORY
from infra.pipeline import pipeline
from infra.sizes import LOGGING_SERVER
from tests.infra.logging_server.docker.recorded import Asked, record

DEFAULT = REPOSITORY / splunk.APP / "default"


@pytest.fixture(scope="module")
def container() -> Asked:
    return record().containers["splunk"]


def read(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(default_section="no default section", strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # Splunk tells cases apart
    parser.read_string((DEFAULT / name).read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("file", sorted(DEFAULT.glob("*.conf")), ids=lambda file: str(file.name))
def test_no_setting_has_a_comment_in_its_value(file: Path) -> None:
    # Splunk takes everything after the sign for the value, a comment at the end of the line too
    for section in (parser := read(file.name)).sections():
        for key, value in parser.items(section):
            assert "#" not in value, (file.name, section, key)
            assert key == key.strip()


def test_every_listener_shows_the_lab_s_certificate(container: Asked) -> None:
    server, inputs, web = read("server.conf"), read("inputs.conf"), read("web.conf")
    assert server.get("sslConfig", "enableSplunkdSSL") == "true"
    assert inputs.get("http", "enableSSL") == "1"
    assert inputs.get("http", "port") == str(splunk.HEC_INSIDE)
    assert web.get("settings", "enableSplunkWebSSL") == "true"
    named = [
        server.get("sslConfig", "serverCert"),
        server.get("sslConfig", "sslRootCAPath"),
        inputs.get("http", "serverCert"),
        web.get("settings", "serverCert"),
        web.get("settings", "privKeyPath"),
    ]
    assert set(named) <= set(container.upload)


def test_old_versions_of_tls_are_off() -> None:
    for file, section in (("server.conf", "sslConfig"), ("inputs.conf", "http"), ("web.conf", "settings")):
        assert read(file).get(section, "sslVersions") == "tls1.2"


def test_splunk_verifies_what_it_calls() -> None:
    assert read("server.conf").get("sslConfig", "sslVerifyServerCert") == "true"
    assert read("server.conf").get("sslConfig", "sslVerifyServerName") == "true"


def test_all_indexes_together_leave_room_on_the_disk() -> None:
    indexes = read("indexes.conf")
    own = sum(
        int(indexes.get(section, "maxTotalDataSizeMB"))
        for section in indexes.sections()
        if section != "default"
    )
    assert own + pipeline.INDEX_MB <= LOGGING_SERVER.disk_gb * 1000 * 0.4


def test_every_sourcetype_has_its_time_from_the_sink_and_its_fields_from_json() -> None:
    props = read("props.conf")
    assert set(props.sections()) == set(pipeline.CARRIED.values())
    for sourcetype in props.sections():
        assert props.get(sourcetype, "DATETIME_CONFIG") == "NONE"
        assert props.get(sourcetype, "KV_MODE") == "json"
        assert props.get(sourcetype, "SHOULD_LINEMERGE") == "false"


def test_the_apps_are_mounted_where_splunk_looks_for_apps(container: Asked) -> None:
    mounted = {mount["target"] for mount in container.inputs["mounts"]}
    assert mounted == {
        "/opt/splunk/etc/apps/lab_logging_server/default",
        "/opt/splunk/etc/apps/lab_logging_server/metadata",
        "/opt/splunk/etc/apps/flow_attribution/default",
        "/opt/splunk/etc/apps/flow_attribution/metadata",
    }
