"""What the database promises: what was answered is there, whatever happens afterwards."""

import sqlite3
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from embedded.splunk.store import Store

EVENT = "/services/collector/event"


def test_what_was_acknowledged_survives_kill_9(
    make_splunk: Callable[[Path], Any], tmp_path: Path, eventually: Callable[..., None]
) -> None:
    splunk = make_splunk(tmp_path)
    splunk.start()
    token = splunk.token("t", "i", useACK="1")
    channel = {"X-Splunk-Request-Channel": str(uuid.uuid4())}
    answered: list[int] = []

    def send(number: int) -> None:
        answer = splunk.hec("POST", EVENT, token, content=b'{"event":"%d"}' % number, headers=channel)
        if answer.status_code == 200:
            answered.append(number)

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(send, number) for number in range(200)]
        eventually(lambda: len(answered) >= 40)
        splunk.kill()
        assert any(future.exception() for future in futures)
    assert len(answered) < 200
    splunk.start()
    stored = {int(row["_raw"]) for row in splunk.search("search index=i")}
    assert set(answered) <= stored
    asked = {"acks": list(range(len(answered)))}
    acks = splunk.hec("POST", "/services/collector/ack", token, json=asked, headers=channel).json()["acks"]
    assert all(acks.values())
    assert splunk.stop() == 0, splunk.log()


def test_a_full_disk_is_a_busy_server_and_loses_nothing(
    make_splunk: Callable[[Path], Any], tmp_path: Path
) -> None:
    splunk = make_splunk(tmp_path)
    # A limit on the size of files stands for a disk that is full at 2 MiB.
    splunk.start("bash", "-c", 'ulimit -f 2048; exec "$@"', "bash")
    token = splunk.token("t", "i")
    event = "x" * 100_000
    taken, answer = 0, None
    for number in range(100):
        answer = splunk.hec("POST", EVENT, token, json={"event": f"{number} {event}"})
        if answer.status_code != 200:
            break
        taken += 1
    assert answer is not None
    assert (answer.status_code, answer.json()) == (503, {"text": "Server is busy", "code": 9})
    assert len(splunk.search("search index=i")) == taken > 0
    assert splunk.stop() == 0, splunk.log()
    splunk.start()
    assert splunk.hec("POST", EVENT, token, json={"event": event}).status_code == 200
    assert len(splunk.search("search index=i")) == taken + 1
    assert splunk.stop() == 0, splunk.log()


def test_too_little_free_disk_stops_indexing_before_it_is_full(
    make_splunk: Callable[[Path], Any], tmp_path: Path
) -> None:
    splunk = make_splunk(tmp_path)
    splunk.settings["minimum_free_mb"] = 10**9
    splunk.start()
    token = splunk.token("t", "i")
    answer = splunk.hec("POST", EVENT, token, json={"event": "a"})
    assert (answer.status_code, answer.json()["code"]) == (503, 9)
    health = splunk.hec("GET", "/services/collector/health")
    assert (health.status_code, health.json()["code"]) == (503, 18)
    assert splunk.search("search index=i") == []
    assert splunk.stop() == 0, splunk.log()


def test_a_change_that_nobody_waits_for_any_more_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", minimum_free_bytes=0)
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)

    first = store.write(slow)
    assert begun.wait(10)
    left = store.write(lambda connection: connection.execute("DELETE FROM indexes"))
    after = store.write(lambda _: "stored")
    assert left.cancel()
    go_on.set()
    assert (first.result(10), after.result(10)) == (None, "stored")
    store.close()
