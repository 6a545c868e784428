"""An index keeps what its limits allow, and lets the oldest go."""

import time
import uuid
from collections.abc import Callable
from typing import Any

EVENT = "/services/collector/event"


def test_events_older_than_the_index_keeps_are_removed(splunk: Any, eventually: Callable[..., None]) -> None:
    index = f"i{uuid.uuid4().hex[:12]}"
    token = splunk.token(index, index)
    now = time.time()
    for age in (10, 5000, 100_000):
        splunk.hec("POST", EVENT, token, json={"event": f"{age}", "time": now - age})
    limits = {"frozenTimePeriodInSecs": "3600"}
    assert splunk.admin("POST", f"/services/data/indexes/{index}", data=limits).status_code == 200
    eventually(lambda: [row["_raw"] for row in splunk.search(f"search index={index}")] == ["10"])
    content = splunk.admin("GET", f"/services/data/indexes/{index}").json()["entry"][0]["content"]
    assert content["totalEventCount"] == 1


def test_an_index_that_is_too_large_loses_its_oldest_events(
    splunk: Any, eventually: Callable[..., None]
) -> None:
    index = f"i{uuid.uuid4().hex[:12]}"
    token = splunk.token(index, index)
    limits = {"maxTotalDataSizeMB": "1"}
    assert splunk.admin("POST", f"/services/data/indexes/{index}", data=limits).status_code == 200
    now = time.time()
    for age in range(20):
        splunk.hec("POST", EVENT, token, json={"event": f"{age:03} " + "x" * 100_000, "time": now - age})
    kept = [f"{age:03}" for age in range(10)]
    eventually(lambda: [row["_raw"][:3] for row in splunk.search(f"search index={index}")] == kept)
