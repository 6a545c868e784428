"""What the Beats send is routed, goes to the logging server alone, and only over mutual TLS."""

from typing import Any

import pytest
import yaml

from infra import ports, topics
from infra.logging_server.docker import logstash
from infra.logging_server.docker.container import REPOSITORY
from infra.logging_server.docker.versions import CURRENT
from tests.conf.logstash.model import Model

FILES = ("filebeat/zeek.yml", "filebeat/windows.yml", "winlogbeat/winlogbeat.yml")
EVENT_DATA = {
    "Protocol": "tcp",
    "SourceIp": "10.0.0.5",
    "SourcePort": "49731",
    "DestinationIp": "203.0.113.7",
    "DestinationPort": "443",
}


def read(name: str) -> dict[str, Any]:
    document = yaml.safe_load((REPOSITORY / "conf" / name).read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("name", FILES)
def test_a_beat_shows_its_certificate_and_verifies_the_server(name: str) -> None:
    output = read(name)["output.logstash"]
    assert output["hosts"] == [f"${{LAB_LOGGING_SERVER}}:{ports.BEATS}"]
    assert output["ssl.verification_mode"] == "full"
    assert output["ssl.certificate_authorities"]
    assert output["ssl.certificate"]
    assert output["ssl.key"]
    assert "TLSv1.1" not in output["ssl.supported_protocols"]


@pytest.mark.parametrize("name", FILES)
def test_a_beat_keeps_on_disk_what_was_not_acknowledged(name: str) -> None:
    assert read(name)["queue.disk"]["max_size"]


@pytest.mark.parametrize(
    ("name", "file", "line", "topic"),
    [
        ("filebeat/zeek.yml", "/opt/zeek/logs/current/dns.log", '{"ts":1.0}', "zeek-dns"),
        (
            "filebeat/windows.yml",
            r"C:\o\osqueryd.results.log",
            '{"name":"processes"}',
            topics.OSQUERY_PROCESSES,
        ),
    ],
)
def test_what_a_filebeat_calls_its_events_is_what_logstash_routes_by(
    name: str, file: str, line: str, topic: str
) -> None:
    (source,) = read(name)["filebeat.inputs"]
    assert source["type"] == "filestream"
    mounted = logstash.configuration(CURRENT.logstash)
    pipeline = [REPOSITORY / each for path, each in sorted(mounted.items()) if path.endswith(".conf")]
    (sent,) = Model(pipeline, logstash.sysmon_event_names()).send(
        {
            "message": line,
            "fields": source["fields"],
            "host": {"name": "h"},
            "log": {"file": {"path": file}, "offset": 0},
        }
    )
    assert (sent.topic, sent.value) == (topic, line)


def test_filestream_does_not_wait_for_a_file_to_be_long_enough_for_a_fingerprint() -> None:
    for name in ("filebeat/zeek.yml", "filebeat/windows.yml"):
        (source,) = read(name)["filebeat.inputs"]
        assert source["prospector.scanner.fingerprint.enabled"] is False
        assert "file_identity.native" in source
        assert source["id"]  # without one, two inputs would share their positions


def test_the_community_id_is_computed_from_sysmon_s_own_fields() -> None:
    configuration = read("winlogbeat/winlogbeat.yml")
    (log,) = configuration["winlogbeat.event_logs"]
    assert log["name"] == "Microsoft-Windows-Sysmon/Operational"
    (processor,) = configuration["processors"]
    fields = processor["community_id"]["fields"]
    assert processor["community_id"]["target"] == "network.community_id"
    assert set(fields) == {"source_ip", "source_port", "destination_ip", "destination_port", "transport"}
    # every field that it is told of is one that Sysmon's event 3 has
    for field in fields.values():
        prefix, _, name = field.rpartition(".")
        assert prefix == "winlog.event_data"
        assert name in EVENT_DATA


def test_no_beat_writes_its_own_log_without_an_end() -> None:
    for name in FILES:
        assert read(name)["logging.files"]["keepfiles"] <= 5
