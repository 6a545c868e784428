"""What the Beats send is routed, goes to the logging server alone, and only over mutual TLS."""

import fnmatch
import json
import re
from pathlib import Path
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


def pipeline() -> Model:
    """Logstash with the lab's files."""
    mounted = logstash.configuration(CURRENT.logstash)
    files = [REPOSITORY / each for path, each in sorted(mounted.items()) if path.endswith(".conf")]
    return Model(files, logstash.sysmon_event_names())


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


def test_what_was_not_acknowledged_waits_in_the_files_themselves_and_for_the_channel_in_a_queue() -> None:
    # a queue on disk sends its last segment again at each start, so that only what cannot be read again has one
    for name in ("filebeat/zeek.yml", "filebeat/windows.yml"):
        assert "queue.disk" not in read(name)
    queue = read("winlogbeat/winlogbeat.yml")["queue.disk"]
    assert (queue["max_size"], queue["segment_size"]) == ("1GB", "10MB")


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
    (sent,) = pipeline().send(
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


@pytest.mark.parametrize("name", ["filebeat/zeek.yml", "filebeat/windows.yml"])
def test_a_line_that_is_too_long_is_cut_so_that_its_dead_letter_fits_into_a_record(name: str) -> None:
    (source,) = read(name)["filebeat.inputs"]
    longest = '"' * source["message_max_bytes"]
    beat = {"message": longest, "fields": source["fields"], "host": {"name": "h"}, "log": {"offset": 0}}
    (sent,) = pipeline().send(beat)
    assert sent.topic == topics.DEAD_LETTERS
    assert 500_000 < len(sent.value) < 1_000_000  # Kafka's message.max.bytes, with room for the rest


ZEEK_LOGS = "/opt/zeek/logs"
OSQUERY_LOGS = r"C:\Program Files\osquery\log"


def _is_read(name: str, path: str) -> bool:
    (source,) = read(name)["filebeat.inputs"]
    excluded = source.get("prospector.scanner.exclude_files", [])
    return any(fnmatch.fnmatchcase(path, glob) for glob in source["paths"]) and not any(
        re.search(pattern, path) for pattern in excluded
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("filebeat/zeek.yml", f"{ZEEK_LOGS}/current/conn_open.log"),
        # Zeek has rotated it while Filebeat was away (Zeek, "Log::default_rotation_dir")
        ("filebeat/zeek.yml", f"{ZEEK_LOGS}/archive/conn.2026-01-31-12-00-00.log"),
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.results.log"),
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.results.log.1"),
        # what is scheduled as a snapshot (osquery, plugins/logger/filesystem_logger.cpp)
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.snapshots.log"),
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.snapshots.log.1"),
    ],
)
def test_every_file_in_which_a_sensor_leaves_events_is_read(name: str, path: str) -> None:
    assert _is_read(name, path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("filebeat/zeek.yml", f"{ZEEK_LOGS}/current/stdout.log"),
        # there is one for each log that Zeek has open (Zeek, src/logging/writers/ascii/Ascii.cc)
        ("filebeat/zeek.yml", f"{ZEEK_LOGS}/current/.shadow.conn.log"),
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.results.log.2.zst"),
        ("filebeat/windows.yml", rf"{OSQUERY_LOGS}\osqueryd.INFO.20260131-120000.1234"),
    ],
)
def test_what_is_no_stream_of_events_is_left_alone(name: str, path: str) -> None:
    assert not _is_read(name, path)


@pytest.mark.parametrize("name", ["filebeat/zeek.yml", "filebeat/windows.yml"])
def test_a_rotated_file_is_read_on_and_a_removed_one_gives_its_space_back(name: str) -> None:
    (source,) = read(name)["filebeat.inputs"]
    assert source["close.on_state_change.renamed"] is False
    assert source["close.on_state_change.removed"] is True


SENT = [json.loads(line) for line in Path(__file__).with_name("sent.jsonl").read_text("utf-8").splitlines()]
"""What real Filebeats sent with these very files of conf/, as it arrived at a Beats input: all but host and folder."""


@pytest.mark.parametrize("event", SENT, ids=[f"{e['agent']['version']}-{e['fields']['kind']}" for e in SENT])
def test_what_real_filebeats_send_reaches_its_topic_as_the_sensor_wrote_it(event: dict[str, Any]) -> None:
    (sent,) = pipeline().send(event)
    assert sent.value == event["message"]
    assert sent.key == event["host"]["name"]
    name = Path(event["log"]["file"]["path"]).stem
    assert sent.topic == (f"zeek-{name}" if event["fields"]["kind"] == "zeek" else topics.OSQUERY_PROCESSES)


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
