"""What the lab is for: a connection that is sent in now is found in Splunk with its process."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from cli.diagnosis import walk
from cli.environment.locations import ROOT
from cli.replaying.run import BUNDLED, Replay, beats_of, run
from embedded.shipper.errors import ClaimError
from infra.observation import enriched, probe, splunk_search
from infra.observation.canary import windows
from infra.observation.canary.canary import Canary, await_found, latency, of_probe
from infra.observation.hops import first_missing
from infra.observation.topic import Reader
from infra.outputs import StackOutputs

DEADLINE: Final = 60.0
"""Seconds from the last record sent to the event found."""
CANARIES: Final = 10
PATIENCE: Final = 120.0
"""Seconds for a canary: a real sensor writes a connection seconds after it ended, and its shipper waits too."""

LetFly = Callable[[], Canary]


@pytest.fixture(scope="module")
def injected() -> dict[str, Any]:
    """What is true of the first call home in the bundled recording."""
    manifest: dict[str, Any] = json.loads((BUNDLED / "manifest.json").read_text(encoding="utf-8"))
    told: dict[str, Any] = manifest["injected"]
    return told


@pytest.fixture(scope="module")
def replayed(stack: StackOutputs, injected: Mapping[str, Any], figures: list[str]) -> Mapping[str, Any]:
    """The enriched event of that connection, as this very replay brought it about in Kafka.

    Where so much was replayed today that no stretch of event time is free, as an earlier replay did: that what is sent
    in now arrives is for the canaries to show.
    """
    replay = Replay(
        bootstrap=stack.kafka_bootstrap,
        security=stack.security,
        beats=beats_of(stack),
        run_directory=ROOT / stack.run_directory,
    )
    try:
        events = list(run(replay).outcome.enriched.values())
    except ClaimError as error:
        figures.append(f"the injected connection is that of an earlier replay: {error.what}")
        reader = Reader(stack.kafka_bootstrap, stack.security)
        try:
            events = enriched.latest(reader, enriched.Wish(community_id=injected["community_id"]))
        finally:
            reader.close()
    for event in events:
        if event["uid"] == injected["uid"] and event["SIDE"] == injected["side"]:
            return event
    missing = first_missing(stack, injected["community_id"])
    where = f"it did not get to {missing.name}; look at {missing.look}" if missing else "its uid has changed"
    pytest.fail(f"the injected connection was not enriched: {where}")


def test_the_injected_connection_is_found_in_splunk_with_its_process(
    stack: StackOutputs, injected: Mapping[str, Any], replayed: Mapping[str, Any]
) -> None:
    search = f'index={stack.splunk_index} community_id="{injected["community_id"]}"'
    deadline = time.monotonic() + DEADLINE
    while True:
        events = [json.loads(row["_raw"]) for row in splunk_search.rows(stack, search)]
        found = [event for event in events if event == replayed]
        if found or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    if not found:
        missing = first_missing(stack, injected["community_id"])
        where = (
            f"it did not get to {missing.name}; look at {missing.look}" if missing else f"found were {events}"
        )
        pytest.fail(f"the injected connection is not in Splunk after {DEADLINE:.0f} s: {where}")
    event = found[-1]
    assert event["PROCESS_NAME"].rpartition("\\")[2] == "explorer.exe"
    assert event["PROCESS_ID"] == injected["pid"]
    assert event["USERNAME"] == injected["user"]
    assert event["HOSTNAME"] == injected["host"]
    assert event["community_id"] == injected["community_id"]


@pytest.fixture(scope="module")
def let_fly(request: pytest.FixtureRequest, stack: StackOutputs) -> LetFly:
    """Makes a connection on the Windows client that a sensor sees; without both, the lab plays the two."""
    if not (stack.windows_host.get_secret_value() and stack.zeek_host.get_secret_value()):

        def ship() -> Canary:
            sent = probe.make()
            walk.send(stack, sent)
            return of_probe(sent)

        return ship
    client = request.getfixturevalue("windows_host")
    return lambda: windows.let_fly(client, stack.beats_address)


def test_ten_canaries_are_found_in_splunk_each_with_its_process(
    stack: StackOutputs, let_fly: LetFly, figures: list[str]
) -> None:
    seconds = []
    for _ in range(CANARIES):
        began = time.monotonic()
        canary = let_fly()
        await_found(stack, canary, PATIENCE)
        seconds.append(time.monotonic() - began)
    figures.append(str(latency(seconds)))


def test_the_way_of_a_connection_that_was_never_seen_ends_at_its_first_hop(stack: StackOutputs) -> None:
    missing = first_missing(stack, "1:nothing+was+ever+like+this=")
    assert missing is not None
    assert "zeek-conn" in missing.name
