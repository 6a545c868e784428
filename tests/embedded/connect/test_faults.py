"""Whatever dies in the middle of a stream of 20,000 records, all of them are in the index afterwards."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer

from embedded.kafka import broker
from embedded.kafka.settings import Settings

Wait = Callable[..., None]
RECORDS = 20_000


@pytest.fixture(scope="module")
def pair(
    make_splunk: Callable[[Path], Any],
    make_connect: Callable[[Path], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Any, Any]]:
    """A Splunk and a Connect that may be killed; each test leaves them running."""
    folder = tmp_path_factory.mktemp("faults")
    splunk, connect = make_splunk(folder), make_connect(folder)
    splunk.start()
    connect.start()
    yield splunk, connect
    for process in (connect, splunk):
        assert process.stop() == 0, process.log()


@pytest.fixture
def hop(pair: tuple[Any, Any], make_hop: Callable[..., Any]) -> Iterator[Any]:
    """A hop over them, with a running connector."""
    made = make_hop(*pair)
    made.make_topic(made.name, partitions=2)
    made.start()
    yield made
    assert made.connect.call("DELETE", f"/connectors/{made.name}").status_code == 204


def values(first: int, count: int) -> list[bytes]:
    return [
        b'{"EVENT_ID":"e%06d","text":"%s"}' % (number, b"x" * 300) for number in range(first, first + count)
    ]


def indexed(hop: Any) -> int:
    content = hop.splunk.admin("GET", f"/services/data/indexes/{hop.name}").json()["entry"][0]["content"]
    count: int = content["totalEventCount"]
    return count


def distinct(hop: Any) -> int:
    return int(hop.splunk.search(f"search index={hop.name} | stats dc(EVENT_ID) as n")[0]["n"])


def restart_with(process: Any, **settings: int) -> None:
    assert process.stop() == 0, process.log()
    process.settings.update(settings)
    process.start()


def streaming(hop: Any) -> threading.Thread:
    """Produce the records in ten portions, as the index takes them."""

    def stream() -> None:
        for first in range(0, RECORDS, RECORDS // 10):
            hop.produce(*values(first, RECORDS // 10))

    thread = threading.Thread(target=stream)
    thread.start()
    return thread


@pytest.mark.parametrize("victim", ["splunk", "connect"])
def test_kill_9_in_the_middle_of_a_stream_loses_nothing(hop: Any, eventually: Wait, victim: str) -> None:
    stream = streaming(hop)
    process = hop.splunk if victim == "splunk" else hop.connect
    for share in (4, 2):
        eventually(lambda share=share: indexed(hop) > RECORDS // share)
        process.kill()
        process.start()
    stream.join()
    eventually(lambda: distinct(hop) == RECORDS)
    eventually(lambda: hop.committed() == RECORDS)
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]


def test_records_wait_while_splunk_is_away(hop: Any, eventually: Wait) -> None:
    hop.produce(*values(0, 500))
    eventually(lambda: hop.committed() == 500)
    assert hop.splunk.stop() == 0
    hop.produce(*values(500, 5000))
    eventually(lambda: "HEC is not available" in hop.connect.log())
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]
    hop.splunk.start()
    eventually(lambda: hop.committed() == 5500)
    assert (distinct(hop), indexed(hop)) == (5500, 5501)


def test_a_token_that_is_refused_for_a_while_loses_nothing(hop: Any, eventually: Wait) -> None:
    path = f"/services/data/inputs/http/{hop.name}"
    hop.splunk.admin("POST", path + "/disable")
    hop.produce(*values(0, 100))
    eventually(lambda: "HEC answered 403: Token disabled (code 1)" in hop.connect.log())
    assert hop.committed() == 0
    hop.splunk.admin("POST", path + "/enable")
    eventually(lambda: hop.committed() == 100)
    assert indexed(hop) == 101


def test_what_was_acknowledged_by_nobody_is_sent_again(hop: Any, eventually: Wait) -> None:
    hop.connect.call("DELETE", f"/connectors/{hop.name}")
    hop.start(splunk__hec__event__timeout="1", splunk__hec__ack__poll__interval="2")
    hop.produce(*values(0, 10))
    eventually(lambda: hop.committed() == 10)
    assert distinct(hop) == 10


def test_revisions_of_an_event_stay_in_order_across_an_outage(hop: Any, eventually: Wait) -> None:
    hop.splunk.kill()
    revisions = [b'{"EVENT_ID":"e","revision":%d}' % number for number in range(1500)]
    hop.produce(*revisions, timestamp=1_700_000_000_000)
    hop.splunk.start()
    eventually(lambda: hop.committed() == 1500)
    (newest,) = hop.splunk.search(f"search index={hop.name} EVENT_ID=e | dedup EVENT_ID")
    assert newest["revision"] == "1499"


def test_connectors_and_what_they_are_meant_to_be_survive_kill_9(hop: Any, eventually: Wait) -> None:
    hop.connect.call("PUT", f"/connectors/{hop.name}/config", json=hop.config(splunk__sourcetypes="changed"))
    hop.connect.call("PUT", "/connectors/gone/config", json=hop.config())
    assert hop.connect.call("DELETE", "/connectors/gone").status_code == 204
    hop.connect.call("PUT", f"/connectors/{hop.name}/pause")
    hop.connect.kill()
    hop.connect.start()
    assert hop.connect.call("GET", "/connectors").json() == [hop.name]
    assert hop.connect.states(hop.name) == ["PAUSED", "PAUSED"]
    assert hop.connect.call("GET", f"/connectors/{hop.name}/config").json()["splunk.sourcetypes"] == "changed"
    hop.connect.call("PUT", f"/connectors/{hop.name}/resume")
    hop.produce(b"after")
    eventually(lambda: hop.indexed("sourcetype=changed") == ["after"])


def test_what_is_too_large_for_hec_is_sent_in_parts_or_becomes_a_dead_letter(
    hop: Any, eventually: Wait
) -> None:
    hop.connect.call("DELETE", f"/connectors/{hop.name}")
    restart_with(hop.splunk, max_content_mb=1)
    large = [b"%d" % number + b"x" * 200_000 for number in range(12)]
    hop.produce(*large[:6], b'"' * 600_000, *large[6:])
    letters = f"dead-letters-{hop.name}"
    hop.start(
        errors__tolerance="all",
        errors__deadletterqueue__topic__name=letters,
        errors__deadletterqueue__topic__replication__factor="1",
        errors__deadletterqueue__context__headers__enable="true",
    )
    eventually(lambda: hop.committed() == len(large) + 1)
    assert sorted(hop.indexed()) == sorted(value.decode() for value in large)
    (letter,) = hop.dead_letters(letters, 1)
    assert letter.value() == b'"' * 600_000
    reason = dict(letter.headers())["__connect.errors.exception.message"]
    assert reason == b"HEC answered 413: Request entity too large (code 27)"
    restart_with(hop.splunk, max_content_mb=32)


def test_a_task_that_is_fenced_off_joins_its_group_anew(hop: Any, eventually: Wait) -> None:
    hop.produce(*values(0, 1))
    eventually(lambda: hop.committed() == 1)
    member = f"connector-consumer-{hop.name}-0"
    group = {"group.id": f"connect-{hop.name}", "group.instance.id": member}
    twin = Consumer({"bootstrap.servers": hop.bootstrap, **group})
    twin.subscribe([hop.name])
    eventually(lambda: twin.poll(0.1) is not None or len(twin.assignment()) == 2)
    twin.close()
    eventually(lambda: "joins its group anew" in hop.connect.log())
    hop.produce(*values(1, 100))
    eventually(lambda: hop.committed() == 101)
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]


def test_kill_9_of_kafka_in_the_middle_of_a_stream_loses_nothing(
    make_splunk: Callable[[Path], Any],
    make_connect: Callable[[Path], Any],
    make_hop: Callable[..., Any],
    tmp_path: Path,
    eventually: Wait,
) -> None:
    settings = Settings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=tmp_path / "kafka",
        cluster_id=broker.new_cluster_id(),
    )
    splunk, connect = make_splunk(tmp_path), make_connect(tmp_path)
    connect.settings["bootstrap"] = settings.bootstrap
    splunk.start()
    with broker.running(settings) as process:
        connect.start()
        hop = make_hop(splunk, connect)
        hop.bootstrap = settings.bootstrap
        hop.make_topic(hop.name, partitions=2)
        hop.start()
        stream = streaming(hop)
        eventually(lambda: indexed(hop) > RECORDS // 4)
        process.kill()
        process.wait()
    with broker.running(settings):
        stream.join()
        eventually(lambda: distinct(hop) == RECORDS, seconds=60)
        eventually(lambda: hop.committed() == RECORDS, seconds=60)
        assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]
        assert connect.stop() == 0, connect.log()
    assert splunk.stop() == 0, splunk.log()
