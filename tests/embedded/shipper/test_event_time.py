"""Every column of event time moves by the same amount; nothing else changes."""

import orjson
import pytest

from embedded.shipper import osquery, winlogbeat, zeek
from embedded.shipper.event_time import moved, shifted
from embedded.shipper.record import Record
from tests.embedded.shipper import lines


def of_zeek(line: bytes) -> Record:
    return zeek.record(orjson.loads(line), line, log="conn", sensor="zeek")


def of_sysmon(line: bytes) -> Record:
    return winlogbeat.record(orjson.loads(line), line)


def of_osquery(line: bytes) -> Record:
    (record,) = osquery.records(orjson.loads(line), line)
    return record


def test_no_shift_leaves_the_bytes_alone() -> None:
    line = lines.conn(community_id="1:x").replace(b":", b": ")
    assert shifted(of_zeek(line), 0.0) == line


def test_zeek() -> None:
    record = of_zeek(lines.conn(ts=1767348245.123456, _write_ts="2026-01-02T10:04:07.000000Z"))
    event = orjson.loads(shifted(record, 86_400.5))
    assert event["ts"] == 1767434645.623456
    assert event["_write_ts"] == "2026-01-03T10:04:07.500Z"
    assert event["duration"] == 2.5
    assert moved(record, 86_400.5) == pytest.approx(event["ts"])


def test_sysmon_keeps_its_text_and_its_data_in_step() -> None:
    record = of_sysmon(lines.nxlog())
    event = orjson.loads(shifted(record, 3600.877))
    assert event["winlog"]["event_data"]["UtcTime"] == "2026-01-02 11:04:06.000"
    assert "UtcTime: 2026-01-02 11:04:06.000" in event["message"]
    assert event["@timestamp"] == "2026-01-02T11:04:06.000Z"
    assert moved(record, 3600.877) == pytest.approx(1767351846.0)


def test_osquery_stays_in_whole_seconds() -> None:
    record = of_osquery(lines.osquery())
    event = orjson.loads(shifted(record, 3600.4))
    assert event["unixTime"] == 1767351850
    assert event["calendarTime"] == "Fri Jan  2 11:04:10 2026 UTC"
    assert event["columns"]["time"] == "1767351845"
    assert event["columns"]["utc_time"] == "Fri Jan  2 11:04:05 2026 UTC"
    assert moved(record, 3600.4) == 1767351845.0


def test_an_inventorys_start_times_move_and_unknown_ones_do_not() -> None:
    rows = [{"pid": "4", "start_time": "-1"}, {"pid": "9", "start_time": "1767340000"}]
    starts = [
        orjson.loads(shifted(of_osquery(lines.osquery("processes", columns=row)), 60.0))["columns"][
            "start_time"
        ]
        for row in rows
    ]
    assert starts == ["-1", "1767340060"]


def test_what_is_no_moment_stays_as_it_is() -> None:
    row = orjson.loads(lines.osquery())["columns"] | {"time": "9" * 5000, "start_time": "9" * 13}
    columns = orjson.loads(shifted(of_osquery(lines.osquery(columns=row)), 60.0))["columns"]
    assert (columns["time"], columns["start_time"]) == (row["time"], row["start_time"])
    last = "9999-12-31T23:59:59.999Z"
    event = orjson.loads(shifted(of_zeek(lines.conn(_write_ts=last)), 60.0))
    assert event["_write_ts"] == last
