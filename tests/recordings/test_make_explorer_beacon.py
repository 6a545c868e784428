"""The bundled recording is what its script makes, and what it makes is coherent."""

import collections
import itertools
from pathlib import Path
from typing import Any

import orjson
import pytest

from embedded.shipper.recording import load
from recordings.make_explorer_beacon import FOLDER, make


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads((FOLDER / "manifest.json").read_bytes())
    return told


def conns() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (FOLDER / "zeek" / "conn.log").read_bytes().splitlines()]


def test_the_script_makes_the_very_bytes_that_are_bundled() -> None:
    made = make()
    bundled = {str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*") if file.is_file()}
    assert bundled == {str(Path(name)) for name in made}
    assert [name for name, content in made.items() if (FOLDER / name).read_bytes() != content] == []


def test_another_seed_makes_another_hour() -> None:
    assert make(1)["zeek/conn.log"] != make(2)["zeek/conn.log"]


def test_it_stays_small() -> None:
    assert sum(len(content) for content in make().values()) < 3_000_000


def test_every_connection_is_in_the_manifest_with_its_community_id(truth: dict[str, Any]) -> None:
    assert {conn["uid"]: conn["community_id"] for conn in conns()} == {
        uid: flow["community_id"] for uid, flow in truth["flows"].items()
    }


def test_the_injected_connection_is_explorers_beacon_to_a_public_address(truth: dict[str, Any]) -> None:
    injected = truth["injected"]
    (conn,) = [conn for conn in conns() if conn["uid"] == injected["uid"]]
    assert (conn["id.resp_h"], conn["id.resp_p"], conn["service"]) == (injected["server"], 443, "ssl")
    assert injected["image"] == "C:\\Windows\\explorer.exe"
    assert truth["beacons"][0] == injected["uid"]
    assert sum(conn["community_id"] == injected["community_id"] for conn in conns()) == 1


def test_the_beacon_has_a_period_with_jitter(truth: dict[str, Any]) -> None:
    began = sorted(conn["ts"] for conn in conns() if conn["uid"] in set(truth["beacons"]))
    gaps = [later - earlier for earlier, later in itertools.pairwise(began)]
    assert len(gaps) > 45
    assert all(48 <= gap <= 72 for gap in gaps)
    assert max(gaps) - min(gaps) > 15


def test_every_file_can_be_shipped_whole_and_the_clocks_are_found(truth: dict[str, Any]) -> None:
    recording = load([FOLDER])
    assert recording.dead_letters == []
    assert recording.ignored == collections.Counter()
    for host, clock in truth["clocks"].items():
        measured = recording.offsets[host.partition(".")[0].casefold()].seconds
        assert measured == pytest.approx(clock, abs=0.02)


def test_every_hard_case_is_there(truth: dict[str, Any]) -> None:
    for name, uids in truth["cases"].items():
        assert uids, name
        assert set(uids) <= set(truth["flows"]), name


def test_the_long_connection_is_logged_when_it_ended(truth: dict[str, Any]) -> None:
    (uid,) = truth["cases"]["a long connection, logged more than two hours after it began"]
    order = [conn["uid"] for conn in conns()]
    ends = [conn["ts"] + conn.get("duration", 0) for conn in conns()]
    assert ends == sorted(ends)
    assert next(conn["duration"] for conn in conns() if conn["uid"] == uid) > 7200
    assert order.index(uid) > len(order) // 2
