"""Where Logstash's pipeline sends what the Beats send, and that its files are free of the known traps."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import ports, topics
from infra.logging_server.docker import confluent, logstash
from infra.logging_server.docker.container import REPOSITORY
from infra.logging_server.docker.versions import CURRENT, SEED
from tests.conf.logstash.model import Model
from tests.conf.logstash.pipeline import parsed, plugins, strings

CONN = '{"ts":1700000000.123456,"uid":"C1","id.orig_h":"10.0.0.1",  "community_id":"1:x"}'
SOCKET = '{"name":"win_socket_events","hostIdentifier":"WS01","columns":{"pid":"4242"},"action":"added"}'
RELEASES = [CURRENT.logstash, SEED.logstash]
RECORDED = (Path(__file__).parent / "recorded.jsonl").read_text(encoding="ascii").splitlines()

# Elastic's reference of each plug-in: the options that it has in the release, as far as the lab may need them.
BEATS_8 = {
    "host",
    "port",
    "ssl_enabled",
    "ssl_certificate",
    "ssl_key",
    "ssl_certificate_authorities",
    "ssl_client_authentication",
    "ssl_supported_protocols",
    "enrich",
}
BEATS_7 = {
    "host",
    "port",
    "ssl",
    "ssl_certificate",
    "ssl_key",
    "ssl_certificate_authorities",
    "ssl_verify_mode",
    "tls_min_version",
    "include_codec_tag",
    "add_hostname",
}
KAFKA = {
    "id",
    "bootstrap_servers",
    "client_id",
    "topic_id",
    "message_key",
    "codec",
    "acks",
    "compression_type",
    "linger_ms",
}


def files(version: str) -> list[Path]:
    """The files of one release, in the order in which Logstash reads them."""
    mounted = logstash.configuration(version)
    return [REPOSITORY / source for target, source in sorted(mounted.items()) if target.endswith(".conf")]


@pytest.fixture(scope="module", params=RELEASES)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(version: str) -> Model:
    return Model(files(version), logstash.sysmon_event_names())


def from_filebeat(line: str, kind: str, file: str) -> dict[str, Any]:
    return {
        "message": line,
        "fields": {"kind": kind},
        "host": {"name": "sensor-1"},
        "agent": {"name": "sensor-1", "type": "filebeat"},
        "log": {"file": {"path": file}, "offset": 512},
        "input": {"type": "filestream"},
        "ecs": {"version": "8.0.0"},
    }


def from_winlogbeat(
    event_id: str | int, channel: str = "Microsoft-Windows-Sysmon/Operational"
) -> dict[str, Any]:
    return {
        "@timestamp": "2026-01-31T00:00:00.000Z",
        "winlog": {
            "channel": channel,
            "event_id": event_id,
            "computer_name": "WS01.lab",
            "event_data": {"Image": r"C:\Windows\explorer.exe"},
        },
        "network": {"community_id": "1:x"},
        "host": {"name": "ws01"},
        "agent": {"name": "ws01", "type": "winlogbeat"},
    }


@pytest.mark.parametrize(
    ("file", "topic"),
    [
        ("/opt/zeek/logs/current/conn.log", topics.ZEEK_CONN),
        ("/opt/zeek/logs/current/dns.log", "zeek-dns"),
        ("/opt/zeek/logs/2026-01-31/conn.2026-01-31-12.log", topics.ZEEK_CONN),
        ("/opt/zeek/logs/current/json_streaming_conn.1.log", topics.ZEEK_CONN),
        ("/opt/zeek/logs/current/capture_loss.log", "zeek-capture_loss"),
    ],
)
def test_a_zeek_line_goes_to_the_topic_of_its_stream_byte_for_byte(
    model: Model, file: str, topic: str
) -> None:
    (sent,) = model.send(from_filebeat(CONN, "zeek", file))
    assert (sent.topic, sent.key, sent.value) == (topic, "sensor-1", CONN)


def test_a_line_that_names_its_stream_is_believed(model: Model) -> None:
    line = '{"_path":"ssl","ts":1.0}'
    (sent,) = model.send(from_filebeat(line, "zeek", "/var/spool/all.log"))
    assert (sent.topic, sent.value) == ("zeek-ssl", line)


def test_an_osquery_row_goes_to_the_topic_of_its_query_byte_for_byte(model: Model) -> None:
    (sent,) = model.send(
        from_filebeat(SOCKET, "osquery", r"C:\Program Files\osquery\log\osqueryd.results.log")
    )
    assert (sent.topic, sent.key, sent.value) == (topics.OSQUERY_SOCKETS, "sensor-1", SOCKET)


@pytest.mark.parametrize(("number", "name"), list(topics.SYSMON_EVENTS.items()))
@pytest.mark.parametrize("kind", [int, str])
def test_a_sysmon_event_goes_to_the_topic_of_its_name(
    model: Model, number: int, name: str, kind: type
) -> None:
    (sent,) = model.send(from_winlogbeat(kind(number)))
    assert sent.topic == topics.sysmon(name)
    assert sent.key == "WS01.lab"


def test_a_sysmon_event_newer_than_the_table_keeps_its_number(model: Model) -> None:
    (sent,) = model.send(from_winlogbeat(77))
    assert sent.topic == topics.sysmon_event(77)


def test_a_sysmon_event_goes_on_as_winlogbeat_wrote_it(model: Model) -> None:
    event = from_winlogbeat(3)
    (sent,) = model.send(event)
    assert json.loads(sent.value) == event


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (from_filebeat("#separator \\x09", "zeek", "/z/conn.log"), "not a JSON object"),
        (from_filebeat('["an", "array"]', "zeek", "/z/conn.log"), "not a JSON object"),
        (from_filebeat("", "zeek", "/z/conn.log"), "not a JSON object"),
        (from_filebeat('{"ts":1700000000.1,"uid":"C', "zeek", "/z/conn.log"), "not valid JSON"),
        (from_filebeat("{}", "osquery", "/o"), "an Osquery line without the name of its query"),
        (from_filebeat('{"name":"a b/c"}', "osquery", "/o"), "no topic can be called osquery-a b/c"),
        (from_filebeat(CONN, "suricata", "/s/eve.json"), "neither Zeek, Osquery nor Sysmon"),
    ],
)
def test_what_cannot_be_routed_is_a_dead_letter_with_reason_place_and_record(
    model: Model, event: dict[str, Any], reason: str
) -> None:
    (sent,) = model.send(event)
    assert (sent.topic, sent.key) == (topics.DEAD_LETTERS, "sensor-1")
    assert json.loads(sent.value) == {
        "reason": reason,
        "host_name": "sensor-1",
        "source": event["log"]["file"]["path"],
        "offset": 512,
        "record": event["message"],
    }


# What the real Logstash 8.19.20 tried to write to a topic that Kafka refuses, and then dropped.
@pytest.mark.parametrize(
    "event",
    [
        from_filebeat('{"_path":"a\\nb"}', "zeek", "/z/all.log"),
        from_winlogbeat("x y"),
        from_winlogbeat(3) | {"fields": {"kind": "zeek"}, "message": '{"_path":"conn"}'},
    ],
)
def test_nothing_is_dropped_for_a_name_that_kafka_refuses(model: Model, event: dict[str, Any]) -> None:
    (sent,) = model.send(event)
    assert sent.topic == topics.DEAD_LETTERS
    assert json.loads(sent.value)["reason"].startswith("no topic can be called ")


def test_a_dead_letter_has_one_reason_whatever_fields_its_event_had(model: Model) -> None:
    (sent,) = model.send(from_filebeat("junk", "zeek", "/z/conn.log") | {"reason": "its own"})
    assert json.loads(sent.value)["reason"] == "not a JSON object"


def test_another_windows_log_is_a_dead_letter_with_the_whole_event(model: Model) -> None:
    event = from_winlogbeat(4624, channel="Security")
    (sent,) = model.send(event)
    letter = json.loads(sent.value)
    assert sent.topic == topics.DEAD_LETTERS
    assert letter["reason"] == "neither Zeek, Osquery nor Sysmon"
    assert letter["winlog"] == event["winlog"]


def test_every_event_is_written_once(model: Model) -> None:
    for event in (from_filebeat(CONN, "zeek", "/z/conn.log"), from_winlogbeat(1), {"message": "stray"}):
        assert len(model.send(event)) == 1


def test_the_files_are_pipelines(version: str) -> None:
    for file in files(version):
        assert parsed(file), file


def test_no_field_has_a_blank_at_its_edge(version: str) -> None:
    for file in files(version):
        for plugin in plugins(file):
            for name, value in plugin.options.items():
                fields = [pair[0] for pair in value] if name in {"add_field", "copy", "rename"} else []
                assert all(field == field.strip() for field in fields), (file, fields)
                assert name == name.strip()


def test_field_references_are_closed(version: str) -> None:
    for file in files(version):
        for text in strings(file):
            assert text.count("%{") == len(re.findall(r"%\{[^{}]+\}", text)), (file, text)
            if text.startswith("[") and "^" not in text:
                assert re.fullmatch(r"(\[[^\[\]]+\])+", text), (file, text)


@pytest.mark.parametrize(("release", "allowed"), [(CURRENT.logstash, BEATS_8), (SEED.logstash, BEATS_7)])
def test_beats_have_to_show_a_certificate_by_options_that_the_release_has(
    release: str, allowed: set[str]
) -> None:
    (beats,) = [each for file in files(release) for each in plugins(file) if each.section == "input"]
    options = beats.options
    assert beats.name == "beats"
    assert set(options) <= allowed
    assert options["port"] == ports.BEATS
    assert options.get("ssl_enabled", options.get("ssl")) is True
    required = options.get("ssl_client_authentication") == "required"
    assert required or options.get("ssl_verify_mode") == "force_peer"
    assert str(options["ssl_key"]).endswith(
        ".p8"
    )  # a key in another form than PKCS #8 keeps Logstash from starting


def test_kafka_is_written_to_idempotently_and_for_as_long_as_it_takes(version: str) -> None:
    outputs = [each for file in files(version) for each in plugins(file) if each.section == "output"]
    assert len(outputs) == 3
    for output in outputs:
        assert set(output.options) <= KAFKA
        assert output.options["acks"] == "all"  # with less, the producer is not idempotent
        assert "retries" not in output.options  # with a number, Logstash drops what it could not deliver
        assert output.options["bootstrap_servers"] == confluent.BOOTSTRAP
        assert output.options["message_key"]


def test_the_queue_is_on_disk(version: str) -> None:
    settings = (
        REPOSITORY / logstash.configuration(version)["/usr/share/logstash/config/logstash.yml"]
    ).read_text(encoding="utf-8")
    assert re.search(r"^queue\.type: persisted$", settings, re.MULTILINE)


def test_the_image_s_example_pipeline_is_not_run(version: str) -> None:
    mounted = logstash.configuration(version)
    listed = (REPOSITORY / mounted["/usr/share/logstash/config/pipelines.yml"]).read_text(encoding="utf-8")
    folders = {Path(target).parent for target in mounted if target.endswith(".conf")}
    assert len(folders) == 1
    assert f'path.config: "{folders.pop()}/*.conf"' in listed


def test_the_plugin_s_own_key_is_the_one_that_is_placed(version: str) -> None:
    (beats,) = [each for file in files(version) for each in plugins(file) if each.section == "input"]
    named = {str(beats.options["ssl_certificate"]), str(beats.options["ssl_key"])}
    assert named <= {"/etc/lab/logstash.crt", "/etc/lab/logstash.p8"}


@pytest.mark.parametrize("line", RECORDED, ids=lambda line: json.loads(line)["topic"])
def test_an_event_becomes_what_the_real_logstash_made_of_it(model: Model, line: str) -> None:
    """Recorded with Logstash 8.19.20, its Beats input, and Kafka 4.3.1 behind it: topic, key and value."""
    recorded = json.loads(line)
    (sent,) = model.send(recorded["event"])
    assert (sent.topic, sent.key) == (recorded["topic"], recorded["key"])
    value = recorded["value"]
    assert (sent.value if isinstance(value, str) else json.loads(sent.value)) == value
