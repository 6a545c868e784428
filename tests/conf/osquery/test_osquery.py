"""Osquery's configuration and flags: flags that osquery has, and queries that run on its tables."""

import importlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from embedded.shipper import osquery
from infra import topics

CONF = Path(__file__).resolve().parents[3] / "conf" / "osquery"
CONFIGURATION: dict[str, Any] = json.loads((CONF / "osquery.conf").read_text(encoding="utf-8"))
FLAGS = (CONF / "osquery.flags").read_text(encoding="utf-8").splitlines()

COMMAND_LINE_ONLY = {
    *("config_plugin", "config_path", "disable_watchdog", "watchdog_level", "utc"),
    *("disable_extensions", "extensions_autoload", "extensions_timeout"),
    *("extensions_interval", "extensions_require"),
}
"""Flags that are read before there is a configuration (osquery documentation, "CLI flags")."""

RUNTIME = {
    *("schedule_splay_percent", "disable_events", "events_expiry", "events_max", "events_optimize"),
    *("logger_plugin", "logger_path", "logger_event_type", "logger_rotate", "logger_rotate_size"),
    *("logger_rotate_max_files", "logger_snapshot_event_type", "host_identifier"),
}
"""Flags that may stand in a configuration's options as well (the same)."""

TABLES = """
CREATE TABLE processes (pid, name, path, cmdline, state, cwd, root, uid, gid, start_time, parent);
CREATE TABLE users (uid, gid, username, description, directory, shell, uuid, type);
CREATE TABLE hash (path, directory, md5, sha1, sha256);
CREATE TABLE win_socket_events (action, eid, time, utc_time, pid, process_guid, process_name, family,
  protocol, local_address, local_port, remote_address, remote_port);
"""
"""Columns that the queries may use: osquery's schema, and the README of the extension plgx_win_extension."""

SOCKET = {
    "action": "SOCKET_CONNECT",
    "eid": "e1",
    "time": 1,
    "utc_time": "x",
    "pid": 4912,
    "process_guid": "g",
    "process_name": r"C:\Windows\explorer.exe",
    "family": "IPV4",
    "protocol": 6,
    "local_address": "192.0.2.8",
    "local_port": 50123,
    "remote_address": "198.51.100.7",
    "remote_port": 443,
}


REFERENCE: Any = importlib.import_module("communityid")  # its types are incomplete


def _community_id_v1(
    source: str, destination: str, source_port: int, destination_port: int, proto: int
) -> str:
    """The arguments are in osquery's order."""
    flow = REFERENCE.FlowTuple(proto, source, destination, source_port, destination_port)
    said: str = REFERENCE.CommunityID().calc(flow)
    return said


@pytest.fixture
def tables() -> sqlite3.Connection:
    """Osquery's SQL is SQLite's; these are its tables, with one connection and one process in them."""
    base = sqlite3.connect(":memory:")
    base.executescript(TABLES)
    base.create_function("community_id_v1", 5, _community_id_v1)
    places = ", ".join(f":{name}" for name in SOCKET)
    base.execute(f"INSERT INTO win_socket_events VALUES ({places})", SOCKET)
    base.execute("INSERT INTO win_socket_events (action) VALUES ('SOCKET_CLOSE')")
    base.execute(
        "INSERT INTO processes (pid, name, path, uid, parent) VALUES (4912, 'explorer.exe', 'p', 1, 7)"
    )
    base.execute("INSERT INTO users (uid, username) VALUES (1, 'asha')")
    return base


def _rows(tables: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    asked = tables.execute(CONFIGURATION["schedule"][name]["query"])
    return [dict(zip((each[0] for each in asked.description), row, strict=True)) for row in asked]


def test_every_flag_is_one_that_osquery_has() -> None:
    named = [re.fullmatch(r"--([a-z_]+)=(.+)", line) for line in FLAGS]
    assert all(named), "one flag a line, as osquery's flag file wants it"
    names = [match[1] for match in named if match]
    assert set(names) <= COMMAND_LINE_ONLY | RUNTIME
    assert len(names) == len(set(names))


def test_the_options_are_those_that_a_configuration_may_set() -> None:
    assert set(CONFIGURATION) == {"options", "schedule"}
    assert set(CONFIGURATION["options"]) <= RUNTIME


def test_what_both_say_is_the_same() -> None:
    flags = dict(line.removeprefix("--").split("=", 1) for line in FLAGS)
    for name, value in CONFIGURATION["options"].items():
        assert flags.get(name, json.dumps(value).strip('"')) == json.dumps(value).strip('"'), name


def test_each_row_is_a_line_of_its_own_in_a_snapshot_too() -> None:
    # one line for all processes of a machine may be more than Kafka takes as a record
    for name in ("logger_event_type", "logger_snapshot_event_type"):
        assert CONFIGURATION["options"][name] is True


def test_a_schedules_queries_have_what_osquery_asks_of_them() -> None:
    for query in CONFIGURATION["schedule"].values():
        assert set(query) <= {
            "query",
            "interval",
            "removed",
            "snapshot",
            "description",
            "platform",
            "version",
        }
        assert 1 <= query["interval"] <= 604_800  # osquery refuses more than a week


def test_a_socket_event_carries_the_community_id_of_its_connection(tables: sqlite3.Connection) -> None:
    (row,) = _rows(tables, "win_socket_events")
    assert row["community_id"] == _community_id_v1("192.0.2.8", "198.51.100.7", 50123, 443, 6)
    assert {name: row[name] for name in SOCKET} == SOCKET


@pytest.mark.parametrize("name", ["processes", "processes_snapshot"])
def test_a_process_whose_parent_and_hash_are_unknown_is_reported_all_the_same(
    tables: sqlite3.Connection, name: str
) -> None:
    (row,) = _rows(tables, name)
    assert (row["pid"], row["username"], row["parent_path"], row["sha256"]) == (4912, "asha", None, None)


def test_the_lab_reads_what_osquery_would_log(tables: sqlite3.Connection) -> None:
    (row,) = _rows(tables, "win_socket_events")
    event = {
        "name": "win_socket_events",
        "hostIdentifier": "CLIENT",
        "unixTime": 1,
        "columns": {key: str(value) for key, value in row.items()},
        "action": "added",
    }
    (record,) = osquery.records(event, json.dumps(event).encode())
    assert record.topic == topics.OSQUERY_SOCKETS
    assert record.community_id == row["community_id"]
