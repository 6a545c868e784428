"""Searches over a small index: each row is a sentence of the manual."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from embedded.splunk.errors import SearchError
from embedded.splunk.events import Event, storing
from embedded.splunk.indexes import Indexes
from embedded.splunk.search import engine
from embedded.splunk.search.rows import displayed
from embedded.splunk.store import Store

NOW = time.time()
EVENTS: list[dict[str, Any]] = [
    {
        "n": 0,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 50000,
        "proc": "C:\\Windows\\explorer.exe",
        "ok": True,
    },
    {"n": 1, "uid": "C2", "id.orig_h": "10.0.0.2", "id.orig_p": 443, "proc": "chrome.exe", "ok": False},
    {
        "n": 2,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 50000,
        "proc": "Explorer.EXE",
        "parent": None,
    },
    {
        "n": 3,
        "uid": "C3",
        "cid": "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "tags": ["a", "b"],
        "in": {"deep": {"er": "x"}},
    },
]
TEXT = 'plain text, not JSON; user="bob" 10.0.0.9'
AGE = 60
"""Seconds between one event and the next; the last of them is the newest."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("store") / "s.sqlite", minimum_free_bytes=0)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def indexes(store: Store) -> Indexes:
    known = Indexes(store)
    known.create("zeek", max_mb=1, frozen_seconds=10**9)
    known.create("_hidden", max_mb=1, frozen_seconds=10**9)
    main, zeek, hidden = (known.get(name) for name in ("main", "zeek", "_hidden"))
    assert main
    assert zeek
    assert hidden
    oldest = NOW - AGE * len(EVENTS)
    rows = [
        Event(zeek.id, oldest + AGE * number, "sensor", "conn.log", "zeek", json.dumps(event), None)
        for number, event in enumerate(EVENTS)
    ]
    rows.append(Event(main.id, NOW - 1, "h", "s", "text", TEXT, '{"site":"lab","n":["9","8"]}'))
    rows.append(Event(hidden.id, NOW - 1, "h", "s", "text", "internal", None))
    store.write(storing(rows, None)).result()
    return known


def found(search: str, store: Store, indexes: Indexes) -> list[dict[str, Any]]:
    return [dict(row) for row in engine.parse(search).run(store, indexes)]


def numbers(search: str, store: Store, indexes: Indexes) -> list[int]:
    return [int(row["n"]) for row in found(search, store, indexes)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("index=zeek", [3, 2, 1, 0]),
        ("index=ze* sourcetype=zeek host=sensor source=conn.log", [3, 2, 1, 0]),
        ("index=zeek sourcetype=other", []),
        ("index=zeek uid=C1", [2, 0]),
        ("index=zeek uid=c1", [2, 0]),
        ("index=zeek uid=C", []),
        ("index=zeek uid=C*", [3, 2, 1, 0]),
        ("index=zeek uid=*1", [2, 0]),
        ('index=zeek proc="explorer.exe"', [2]),
        ('index=zeek proc="*\\\\explorer.exe"', [0]),
        ('index=zeek proc="C:\\\\Windows\\\\explorer.exe"', [0]),
        ("index=zeek id.orig_h=10.0.0.1", [2, 0]),
        ('index=zeek "id.orig_h"="10.0.0.2"', [1]),
        ("index=zeek id.orig_p=50000.0", [2, 0]),
        ("index=zeek id.orig_p>443", [2, 0]),
        ("index=zeek id.orig_p>=443 id.orig_p<50000", [1]),
        ("index=zeek id.orig_p!=443", [2, 0]),
        ("index=zeek NOT id.orig_p=443", [3, 2, 0]),
        ("index=zeek ok=true", [0]),
        ("index=zeek ok=*", [1, 0]),
        ("index=zeek parent=null", [2]),
        ("index=zeek NOT parent=*", [3, 1, 0]),
        ("index=zeek tags{}=b", [3]),
        ("index=zeek in.deep.er=x", [3]),
        ('index=zeek cid="1:LQU9qZlK+B5F3KDmev6m5PMibrg="', [3]),
        ("index=zeek uid IN (C2, C3)", [3, 1]),
        ("index=zeek uid IN (C2 C3) NOT uid=C3", [1]),
        ("index=zeek uid=C2 OR uid=C3 id.orig_p=443", [1]),
        ("index=zeek (uid=C3 OR uid=C2) AND NOT (id.orig_p=443)", [3]),
        ("index=zeek NOT uid=C1 OR uid=C1", [3, 2, 1, 0]),
        ("index=zeek explorer.exe", [2, 0]),
        ("index=zeek explor", []),
        ("index=zeek explor*", [2, 0]),
        ('index=zeek "LQU9qZlK+B5F"', []),
        (f"index=zeek earliest={NOW - 150}", [3, 2]),
        (f"index=zeek earliest=-4h latest={NOW - 150}", [1, 0]),
        (f"index=zeek earliest={NOW - 70} latest=now", [3]),
        ("index=zeek _time>0 earliest=0", [3, 2, 1, 0]),
        ("index=nowhere", []),
        ("index=zeek OR index=nowhere", [3, 2, 1, 0]),
        ("NOT index=main index=*", [3, 2, 1, 0]),
    ],
)
def test_condition(condition: str, expected: list[int], store: Store, indexes: Indexes) -> None:
    assert numbers(f"search {condition}", store, indexes) == expected


def test_a_search_without_an_index_looks_at_main(store: Store, indexes: Indexes) -> None:
    assert [row["_raw"] for row in found("search *", store, indexes)] == [TEXT]
    assert [row["_raw"] for row in found("search bob 10.0.0.9", store, indexes)] == [TEXT]
    assert [row["_raw"] for row in found("search site=lab n=8", store, indexes)] == [TEXT]
    assert found("search site=lab n!=8", store, indexes) == []


def test_internal_indexes_are_not_among_all(store: Store, indexes: Indexes) -> None:
    assert len(found("search index=*", store, indexes)) == len(EVENTS) + 1
    assert [row["_raw"] for row in found("search index=_*", store, indexes)] == ["internal"]


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("dedup uid | table n uid", [{"n": "3", "uid": "C3"}, {"n": "2", "uid": "C1"}, {"n": "1", "uid": "C2"}]),
        ("dedup id.orig_h, uid | stats count", [{"count": "2"}]),
        ("dedup 2 uid | stats count", [{"count": "4"}]),
        ("head 1 | fields n", [{"n": "3"}]),
        ("head limit=2 | table n", [{"n": "3"}, {"n": "2"}]),
        ("sort n | head 2 | table n", [{"n": "0"}, {"n": "1"}]),
        ("sort -n | head 1 | table n", [{"n": "3"}]),
        ("sort 1 - n | table n", [{"n": "3"}]),
        ("sort id.orig_p, -n | table n", [{"n": "1"}, {"n": "2"}, {"n": "0"}, {"n": "3"}]),
        ("sort id.orig_p n desc | table n", [{"n": "2"}, {"n": "0"}, {"n": "1"}, {"n": "3"}]),
        ("spath | stats count by uid", [{"uid": "C1", "count": "2"}, {"uid": "C2", "count": "1"}, {"uid": "C3", "count": "1"}]),
        ("stats count, dc(uid) AS flows, count(ok) by host", [{"host": "sensor", "count": "4", "flows": "3", "count(ok)": "2"}]),
        ("stats values(uid) as uids", [{"uids": ["C1", "C2", "C3"]}]),
        ("stats count by tags{}", [{"tags{}": "a", "count": "1"}, {"tags{}": "b", "count": "1"}]),
        ("search_nothing", None),
        ("table u* n | head 1", [{"uid": "C3", "n": "3"}]),
        ("fields - _raw, _time, proc | fields - _* | head 1 | fields uid, ok", [{"uid": "C3"}]),
    ],
)  # fmt: skip
def test_pipeline(
    pipeline: str, expected: list[dict[str, Any]] | None, store: Store, indexes: Indexes
) -> None:
    if expected is None:
        with pytest.raises(SearchError, match="Unknown search command 'search_nothing'"):
            engine.parse(f"search index=zeek | {pipeline}")
        return
    rows = found(f"search index=zeek | {pipeline}", store, indexes)
    shown = [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]
    assert shown == expected


def test_statistics_of_nothing(store: Store, indexes: Indexes) -> None:
    assert found("search index=zeek uid=none | stats count", store, indexes) == [{"count": "0"}]
    assert found("search index=zeek uid=none | stats count by uid", store, indexes) == []


def test_fields_keeps_the_text_and_the_time_unless_told_otherwise(store: Store, indexes: Indexes) -> None:
    (row,) = found("search index=zeek | head 1 | fields uid", store, indexes)
    assert {"_raw", "_time", "uid"} <= row.keys()
    assert "host" not in row
    (row,) = found("search index=zeek | head 1 | fields - _raw", store, indexes)
    assert "_raw" not in row
    assert row["host"] == "sensor"


def test_of_two_events_at_the_same_time_the_one_that_came_later_is_newer(
    store: Store, indexes: Indexes
) -> None:
    indexes.create("twins", max_mb=1, frozen_seconds=10**9)
    twins = indexes.get("twins")
    assert twins
    for revision in (1, 2):
        raw = json.dumps({"EVENT_ID": "e", "revision": revision})
        store.write(storing([Event(twins.id, NOW, "h", "s", "t", raw, None)], None)).result()
    (row,) = found("search index=twins | dedup EVENT_ID", store, indexes)
    assert row["revision"] == "2"
    assert displayed(row)["_time"].startswith("20")  # type: ignore[union-attr]  # it is one value


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ("index=zeek", "Unknown search command 'index=zeek'"),
        ("search index=zeek | eval x=1", "Unknown search command 'eval'"),
        ("search index=zeek | where n=1", "Unknown search command 'where'"),
        ("search index=zeek | stats avg(n)", "function 'avg' is not supported"),
        ("search index=zeek | stats count(eval(n=1))", "not supported"),
        ("search index=zeek | stats dc", "missing its field"),
        ("search index=zeek | stats count by", "missing its fields"),
        ("search index=zeek | stats", "No aggregate"),
        ("search index=zeek | dedup", "No fields"),
        ("search index=zeek | dedup uid sortby n", "sortby is not supported"),
        ("search index=zeek | dedup uid keepevents=true", "options are not supported"),
        ("search index=zeek | head n>1", "only a number"),
        ("search index=zeek | sort ip(a)", "not supported"),
        ("search index=zeek | sort", "No sort fields"),
        ("search index=zeek | spath path=a", "not supported"),
        ("search index=zeek | table", "no fields"),
        ("search index=zeek | ", "Missing a search command"),
        ("search index=zeek [search x]", "Subsearches"),
        ("search `macro`", "macros"),
        ('search "open', "Unbalanced quotes"),
        ("search (a", r"'\)' is missing"),
        ("search a)", r"Unexpected '\)'"),
        ("search uid=", "ends where a term is expected"),
        ("search uid=(a)", "missing a term on the right hand side"),
        ("search a OR", "ends where a term is expected"),
        ("search OR a", "'OR' is invalid"),
        ("search TERM(a)", "not supported"),
        ("search eventtype=x", "not supported"),
        ("search tag=x", "not supported"),
        ("search uid IN ()", "is empty"),
        ("search earliest=-1x", "Invalid time modifier"),
        ("search earliest=tomorrow", "Invalid time modifier"),
        ("search a OR earliest=-1h", "only beside"),
        ("search earliest=now latest=-1h", "later than latest"),
    ],
)
def test_what_is_not_understood_is_refused(search: str, message: str) -> None:
    with pytest.raises(SearchError, match=message):
        engine.parse(search)
