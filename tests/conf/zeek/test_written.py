"""What Zeek itself wrote with the lab's scripts: golden/ is what Zeek 8.0.9 made of `packets`, which were never sent.

`zeek -C -r CAPTURE conf/zeek/local.zeek Log::default_rotation_interval=0secs` writes them; the uids are others each
time.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from embedded.ksql.record import Record
from embedded.shipper.community_id import community_id, protocol_number
from embedded.shipper.recording import load
from infra import topics
from tests.conf.zeek import packets
from tests.conf.zeek.packets import BEGIN, Ends
from tests.ksql.fusion import written
from tests.ksql.outcome import known
from tests.ksql.records import record
from tests.ksql.seen import Socket

GOLDEN: Final = Path(__file__).with_name("golden")
FIELDS: Final = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p")


def rows(log: str, ends: Ends | None = None) -> list[dict[str, Any]]:
    """The lines of a log, in their order; of the connections between two ends alone, where they are given."""
    lines = map(json.loads, (GOLDEN / log).read_text(encoding="utf-8").splitlines())
    wanted = None if ends is None else (ends.orig_h, ends.orig_p, ends.resp_h, ends.resp_p)
    return [row for row in lines if wanted is None or tuple(row[field] for field in FIELDS) == wanted]


def told_after(ends: Ends) -> dict[str, list[int]]:
    """Of each connection between two ends that was open: how long it had lived each time that it was logged."""
    told: dict[str, list[int]] = {}
    for row in rows("conn_open.log", ends):
        told.setdefault(row["uid"], []).append(round(row["duration"]))
    return told


@pytest.mark.parametrize("log", ["conn.log", "conn_open.log"])
def test_zeeks_community_ids_are_those_that_the_lab_computes(log: str) -> None:
    for row in rows(log):
        number = protocol_number(row["proto"], row["id.orig_h"])
        assert number is not None
        assert number == row["ip_proto"]
        ends = (row["id.orig_h"], row["id.resp_h"], row["id.orig_p"], row["id.resp_p"])
        assert row["community_id"] == community_id(number, *ends)


def test_a_beacon_is_logged_when_it_is_established_and_every_five_minutes() -> None:
    (times,) = told_after(packets.BEACON).values()
    assert times == [0, 300, 600, 910]


def test_a_connection_older_than_the_capture_is_logged_too() -> None:
    (times,) = told_after(packets.OLDER).values()
    assert times[0] == 0
    assert len(times) == 4


def test_the_second_use_of_a_five_tuple_is_a_connection_of_its_own() -> None:
    assert sorted(told_after(packets.REUSED).values()) == [[0], [0, 280]]


def test_what_is_over_at_once_or_unanswered_is_not_logged_as_open() -> None:
    assert [told_after(ends) for ends in (packets.QUESTION, packets.UNANSWERED)] == [{}, {}]
    assert "icmp" not in {row["proto"] for row in rows("conn_open.log")}


def test_the_record_of_its_end_completes_an_open_connection_by_its_uid() -> None:
    ended = {row["uid"]: row for row in rows("conn.log")}
    for row in rows("conn_open.log"):
        assert row["duration"] <= ended[row["uid"]]["duration"]
        assert row["ts"] == ended[row["uid"]]["ts"]


def test_a_capture_is_cut_without_zeek_into_the_connections_that_zeek_finds(tmp_path: Path) -> None:
    packets.write(tmp_path / "own.pcap")
    cut = {(each.community_id, round(each.time)) for each in load([tmp_path / "own.pcap"]).records}
    assert cut == {(row["community_id"], round(row["ts"])) for row in rows("conn.log")}


def arriving() -> Iterator[tuple[float, Record]]:
    """The golden lines with their arrival, as `lab replay` reads and ships them; and a socket of the beacon."""
    recording = load([GOLDEN])
    assert recording.dead_letters == []
    for line in recording.records:
        yield line.arrival, Record(line.topic, line.key.encode(), line.line, round(line.arrival * 1000))
    began = Socket(
        source="sysmon",
        ms=BEGIN * 1000 + 5,
        host="client.lab",
        pid=4912,
        name=r"C:\Windows\explorer.exe",
        local=(packets.BEACON.orig_h, packets.BEACON.orig_p),
        remote=(packets.BEACON.resp_h, packets.BEACON.resp_p),
        community_id=rows("conn.log", packets.BEACON)[0]["community_id"],
    )
    yield BEGIN + 1.0, record(began, BEGIN * 1000 + 1000)


def test_an_open_beacon_has_its_process_within_seconds_and_is_completed_by_its_end() -> None:
    every = [item for _, item in sorted(arriving(), key=lambda pair: pair[0])]
    assert {topics.ZEEK_CONN, topics.ZEEK_CONN_OPEN, topics.SYSMON_NETWORK} == {item.topic for item in every}
    first = [item for item in every if item.timestamp <= (BEGIN + 10) * 1000]
    (soon,) = known(written(first)).enriched.values()
    (late,) = known(written(every)).enriched.values()
    assert (soon.process_id, soon.open, soon.duration_ms) == (4912, True, 40)
    assert (late.process_id, late.open, late.conn_state) == (4912, False, "SF")
    assert (soon.uid, late.duration_ms) == (late.uid, 910_020)
