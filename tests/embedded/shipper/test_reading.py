"""What each line of a file becomes."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from embedded.shipper.holdings import Content, Holding
from embedded.shipper.reading import Ignored, outcomes
from embedded.shipper.record import DeadLetter, Record, Role
from tests.embedded.shipper import lines


def read(
    folder: Path, content: Sequence[bytes], name: str = "file.json"
) -> list[Record | DeadLetter | Ignored]:
    path = folder / name
    path.write_bytes(b"\n".join(content) + b"\n")
    kind = Content.ZEEK_TSV if content[0].startswith(b"#") else Content.JSON_LINES
    return list(outcomes(Holding(path=path, name=name, content=kind)))


def one(folder: Path, line: bytes, name: str = "file.json") -> Record:
    (outcome,) = read(folder, [line], name)
    assert isinstance(outcome, Record), outcome
    return outcome


def test_three_sensors_name_one_flow_alike(tmp_path: Path) -> None:
    records = [
        one(tmp_path, lines.nxlog()),
        one(tmp_path, lines.conn(), "conn.log"),
        one(tmp_path, lines.osquery()),
    ]
    assert len({record.community_id for record in records}) == 1
    assert [record.role for record in records] == [Role.ENDPOINT, Role.FLOW, Role.ENDPOINT]
    assert [record.topic for record in records] == [
        "sysmon-NetworkConnectInitiated",
        "zeek-conn",
        "osquery-win_socket_events",
    ]
    assert [record.key for record in records] == ["PC1.corp.example", "zeek", "PC1.corp.example"]


def test_a_line_that_needs_nothing_is_shipped_byte_for_byte(tmp_path: Path) -> None:
    line = lines.conn(community_id="1:abc").replace(b",", b" , ")
    assert one(tmp_path, line, "conn.log").line == line
    sockets = lines.osquery().replace(b'"pid"', b'"community_id":"1:x", "pid"')
    assert one(tmp_path, sockets).line == sockets


def test_an_nxlog_event_takes_winlogbeats_shape(tmp_path: Path) -> None:
    event = orjson.loads(one(tmp_path, lines.nxlog(port=64545, tags=["x"])).line)
    assert event["winlog"]["computer_name"] == "PC1.corp.example"
    assert event["winlog"]["event_data"]["Image"] == "C:\\a.exe"
    assert event["winlog"]["event_data"]["UtcTime"] == "2026-01-02 10:04:05.123"
    assert {"port", "tags", "EventTime", "Hostname"}.isdisjoint(event["winlog"]["event_data"])
    assert event["@timestamp"] == "2026-01-02T10:04:05.123Z"
    assert event["network"]["community_id"].startswith("1:")
    assert event["destination"] == {"ip": "10.0.0.2", "port": 443}


def test_a_process_without_pid_stays_without(tmp_path: Path) -> None:
    event = orjson.loads(one(tmp_path, lines.nxlog(ProcessId=None)).line)
    assert "ProcessId" not in event["winlog"]["event_data"]


@pytest.mark.parametrize("number", [3, "3"])
def test_winlogbeat_numbers_events_as_text_or_number(tmp_path: Path, number: object) -> None:
    shaped = orjson.loads(one(tmp_path, lines.nxlog()).line)
    shaped["winlog"]["event_id"] = number
    assert one(tmp_path, orjson.dumps(shaped)).role is Role.ENDPOINT


def test_other_sysmon_events_go_to_their_own_topics(tmp_path: Path) -> None:
    assert one(tmp_path, lines.nxlog(EventID=1)).topic == "sysmon-ProcessCreate"
    assert one(tmp_path, lines.nxlog(EventID=22)).topic == "sysmon-DnsQuery"
    assert one(tmp_path, lines.nxlog(EventID=77)).topic == "sysmon-77"


def test_events_of_other_channels_are_counted_by_channel(tmp_path: Path) -> None:
    assert read(tmp_path, [lines.nxlog(Channel="Security", EventID=4624)]) == [Ignored("Security")]


def test_an_echo_and_its_reply_are_one_icmp_flow(tmp_path: Path) -> None:
    request = one(tmp_path, lines.conn(**{"proto": "icmp", "id.orig_p": 8, "id.resp_p": 0}), "conn.log")
    reply = lines.conn(
        **{"proto": "icmp", "id.orig_h": "10.0.0.2", "id.resp_h": "10.0.0.1", "id.orig_p": 0, "id.resp_p": 0}
    )
    assert request.community_id is not None
    assert one(tmp_path, reply, "conn.log").community_id == request.community_id


def test_underscored_names_become_zeeks_own(tmp_path: Path) -> None:
    line = lines.conn(**{"@stream": "conn", "@system": "sensor-7"}).replace(b'"id.', b'"id_')
    record = one(tmp_path, line, "whatever.json")
    event = orjson.loads(record.line)
    assert record.topic == "zeek-conn"
    assert record.key == "sensor-7"
    assert event["id.orig_h"] == "10.0.0.1"
    assert "id_orig_h" not in event
    assert list(event)[:3] == list(orjson.loads(lines.conn(ts=1)))[:3]


def test_streamed_times_in_iso_8601_become_seconds(tmp_path: Path) -> None:
    line = lines.conn(_path="conn", ts="2026-01-02T10:04:05.500000Z")
    record = one(tmp_path, line, "json_streaming_conn.log")
    assert record.time == 1767348245.5
    assert orjson.loads(record.line)["ts"] == 1767348245.5


def test_a_connection_arrives_when_it_ends(tmp_path: Path) -> None:
    record = one(tmp_path, lines.conn(duration=7200.0), "conn.log")
    assert record.arrival - record.time == 7200.0


def test_other_logs_are_named_by_line_or_file(tmp_path: Path) -> None:
    query = orjson.dumps({"ts": 1767348245.5, "uid": "C1", "query": "a.example"})
    assert one(tmp_path, query, "dns.2026-01-02.log").topic == "zeek-dns"
    assert one(tmp_path, query, "dns-2026 (1).log").topic == "zeek-dns"
    assert one(tmp_path, query.replace(b"{", b'{"_path":"ssl",', 1), "x.log").topic == "zeek-ssl"


def test_tab_separated_logs_become_what_the_json_writer_writes(tmp_path: Path) -> None:
    log = [
        b"#separator \\x09",
        b"#set_separator\t,",
        b"#empty_field\t(empty)",
        b"#unset_field\t-",
        b"#path\tconn",
        b"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\tlocal_orig\ttunnel_parents",
        b"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tinterval\tbool\tset[string]",
        b"1767348245.500000\tCTest1\t10.0.0.1\t50000\t10.0.0.2\t443\ttcp\t-\tT\t(empty)",
        b"1767348246.500000\tCTest2\t10.0.0.1\t50001\t10.0.0.2\t443\ttcp\t0.25\tF\tCa,Cb",
        b"#close\t2026-01-02-11-00-00",
    ]
    first, second = (record for record in read(tmp_path, log, "renamed.txt") if isinstance(record, Record))
    event = orjson.loads(first.line)
    assert first.topic == "zeek-conn"
    assert event.pop("community_id") == first.community_id
    assert event == {
        "ts": 1767348245.5,
        "uid": "CTest1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 50000,
        "id.resp_h": "10.0.0.2",
        "id.resp_p": 443,
        "proto": "tcp",
        "local_orig": True,
        "tunnel_parents": [],
    }
    assert orjson.loads(second.line)["tunnel_parents"] == ["Ca", "Cb"]
    assert first.community_id == one(tmp_path, lines.conn(), "conn.log").community_id


def test_a_snapshot_is_one_record_a_row(tmp_path: Path) -> None:
    rows = [{"pid": "1"}, {"pid": "2"}]
    line = lines.osquery("processes", columns={}, snapshot=rows, action="snapshot")
    records = read(tmp_path, [line])
    assert [orjson.loads(record.line)["columns"] for record in records if isinstance(record, Record)] == rows
    assert {record.topic for record in records if isinstance(record, Record)} == {"osquery-processes"}


def test_a_row_without_a_local_end_has_no_community_id(tmp_path: Path) -> None:
    row = {
        "action": "connect",
        "pid": "5",
        "remote_address": "10.0.0.2",
        "remote_port": "443",
        "protocol": "6",
    }
    assert one(tmp_path, lines.osquery(columns=row)).community_id is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"ts": 1, "uid"', "unexpected end of data"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"what": "is this"}', "neither"),
        (lines.conn(ts="noon"), "ts is 'noon'"),
        (lines.conn(uid=None), "without uid"),
        (lines.conn(**{"id.orig_h": "nonsense"}), "not an IP address"),
        (lines.nxlog(UtcTime=None), "UtcTime is None"),
        (lines.nxlog(SourcePort="-"), "'-' is not a number"),
        (lines.nxlog(SourceIp="-"), "not an IP address"),
        (lines.nxlog(Hostname=None), "computer name"),
        (lines.osquery(unixTime=None), "without unixTime"),
        (b"\xff\xfe{}", "not valid|unexpected|utf"),
        (lines.conn(ts=1767348245500), "is not between 1990 and 2100"),
        (lines.conn(ts=0), "is not between 1990 and 2100"),
        (lines.conn(duration=-7), "is not between 1990 and 2100"),
        (lines.conn(_path="no stream"), "'zeek-no stream' cannot be the name of a topic"),
        (lines.osquery("x" * 300), "cannot be the name of a topic"),
        (lines.conn(history="S" * 2_000_000), "Kafka takes 900000"),
    ],
)
def test_what_cannot_be_read_is_a_dead_letter_with_place_and_reason(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    good = lines.conn()
    _, letter, after = read(tmp_path, [good, line, good], "conn.log")
    assert isinstance(after, Record)
    assert isinstance(letter, DeadLetter)
    assert (letter.source, letter.number, letter.line) == ("conn.log", 2, line)
    with pytest.raises(ValueError, match=f"(?i){reason}"):
        raise ValueError(letter.reason)


@pytest.mark.parametrize("network", [None, "tcp", []])
def test_a_windows_event_whose_network_is_something_else_gets_its_community_id(
    tmp_path: Path, network: object
) -> None:
    shaped = orjson.loads(one(tmp_path, lines.nxlog()).line)
    identifier = shaped["network"]["community_id"]
    assert one(tmp_path, orjson.dumps(shaped | {"network": network})).community_id == identifier


def test_a_community_id_that_is_no_text_is_computed(tmp_path: Path) -> None:
    computed = one(tmp_path, lines.conn(), "conn.log").community_id
    assert one(tmp_path, lines.conn(community_id=5), "conn.log").community_id == computed
    row = orjson.loads(lines.osquery())["columns"] | {"community_id": 5}
    assert one(tmp_path, lines.osquery(columns=row)).community_id == computed


def test_what_a_damaged_file_still_holds_is_read_and_the_rest_is_a_dead_letter(tmp_path: Path) -> None:
    path = tmp_path / "conn.log.gz"
    content = b"".join(lines.conn(uid=f"C{number}") + b"\n" for number in range(2000))
    path.write_bytes(gzip.compress(content)[:-500])
    *read, last = outcomes(Holding(path=path, name="conn.log.gz", content=Content.JSON_LINES))
    assert isinstance(last, DeadLetter)
    assert "the rest of the file cannot be read" in last.reason
    assert len(read) > 100
    assert all(isinstance(outcome, Record) for outcome in read)
