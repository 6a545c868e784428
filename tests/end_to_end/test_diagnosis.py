"""What is broken in a running stack is called by its name, at the hop where data stop; and mended, it is well."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from confluent_kafka import Producer

from cli.diagnosis.diagnosis import Diagnosis, diagnose
from infra import topics
from infra.logging_server.embedded.supervisord import Supervisord
from infra.observation import probe
from infra.observation.enriched import Wish, latest
from infra.observation.survey.taking import take
from infra.observation.topic import Reader
from infra.outputs import StackOutputs
from infra.pipeline.connect.client import ConnectClient
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.pipeline import NAME
from infra.tls.certificates import KeyPair, make_leaf
from tests.end_to_end.conftest import UP, Clone

DEADLINE_SECONDS = 60.0
PATIENCE_SECONDS = 10.0


@pytest.fixture(scope="module")
def outputs(clone: Clone) -> StackOutputs:
    return clone.outputs()


@pytest.fixture
def told(clone: Clone, outputs: StackOutputs) -> Callable[[], Diagnosis]:
    return lambda: diagnose(outputs, clone.folder, PATIENCE_SECONDS)


def faults(diagnosis: Diagnosis) -> list[str]:
    return [finding.fault for finding in diagnosis.found]


def stopped(diagnosis: Diagnosis) -> str:
    return diagnosis.walk.stopped.name if diagnosis.walk.stopped else ""


def await_service(clone: Clone, outputs: StackOutputs) -> None:
    """Wait until every process serves again."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while any(service.refusal for service in take(outputs, clone.folder).services.values()):
        assert time.monotonic() < deadline, clone.logs()
        time.sleep(0.2)


@contextmanager
def other(clone: Clone, contents: dict[Path, str], *restarted: str) -> Iterator[None]:
    """Other contents of files that processes read when they start, while the block runs."""
    sound = {file: file.read_text() for file in contents}
    write(clone, contents, restarted)
    try:
        yield
    finally:
        write(clone, sound, restarted)


def write(clone: Clone, contents: dict[Path, str], restarted: tuple[str, ...]) -> None:
    for file, text in contents.items():
        file.write_text(text)
    for program in restarted:
        process = psutil.Process(clone.pid(program))
        process.kill()
        process.wait(DEADLINE_SECONDS)
        await_running(clone, program)


def await_running(clone: Clone, program: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (info := Supervisord(clone.run).info(program)) is None or info["statename"] != "RUNNING":
        assert time.monotonic() < deadline, clone.logs()
        time.sleep(0.1)


def send(outputs: StackOutputs, *records: tuple[str, str, dict[str, Any]], age: float = 0.0) -> None:
    """Send records as agents do, which arrived `age` seconds ago."""
    producer = Producer({"bootstrap.servers": outputs.kafka_bootstrap})
    arrived = int((time.time() - age) * 1000)
    for topic, host, value in records:
        producer.produce(topic, orjson.dumps(value), host.encode(), timestamp=arrived)
    assert producer.flush(DEADLINE_SECONDS) == 0


def pair(host: str, ahead: float) -> list[tuple[str, str, dict[str, Any]]]:
    """A connection, and its process on a host whose clock is ahead by so many seconds."""
    now = time.time()
    flow, socket = probe.make(now), probe.make(now + ahead)
    community_id = flow.community_id.replace(probe.UID_PREFIX, "test")
    conn, event = orjson.loads(flow.records[0][2]), orjson.loads(socket.records[1][2])
    conn |= {"uid": flow.uid.replace(probe.UID_PREFIX, "Ctest"), "community_id": community_id}
    event["network"]["community_id"] = community_id
    event["winlog"]["computer_name"] = host
    return [(topics.ZEEK_CONN, "zeek", conn), (topics.SYSMON_NETWORK, host, event)]


def test_a_sound_stack_lets_the_probe_through_and_is_healthy(clone: Clone, outputs: StackOutputs) -> None:
    printed = clone.types("./lab diagnose")
    assert "The probe went all the way, and nothing is broken." in printed
    table = json.loads(clone.types("./lab status --json").splitlines()[-1])
    assert table["healthy"]
    assert {hop["health"] for hop in table["hops"]} == {"ok"}
    assert table["coverage"]["share"] > 0.8
    assert "CLIENT01.corp.example" in table["coverage"]["attributed"]
    assert {clock["host"] for clock in table["clocks"]} >= {"CLIENT01.corp.example"}
    assert "lab-probe" not in json.dumps(table)
    reader = Reader(outputs.kafka_bootstrap)
    try:
        assert not [event for event in latest(reader, Wish()) if probe.is_probe(event)]
    finally:
        reader.close()


def test_status_looks_again_until_it_is_stopped(clone: Clone) -> None:
    with clone.running("./lab status --watch --every 0.5 --json") as watching:
        assert watching.stdout is not None
        looks = [json.loads(line) for line in islice((x for x in watching.stdout if x[0] == "{"), 3)]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(DEADLINE_SECONDS) == 0
    assert looks[0]["at"] < looks[1]["at"] < looks[2]["at"]


def test_a_dead_console_is_told_though_the_data_pass(clone: Clone) -> None:
    supervisord = Supervisord(clone.run)
    supervisord.stop("console")
    try:
        code, printed = clone.tries("./lab diagnose")
    finally:
        supervisord.start("console")
    assert code == 1
    assert "dead process (console): the process console does not run" in printed
    assert "stopped" not in printed


def test_a_dead_process(clone: Clone, outputs: StackOutputs) -> None:
    supervisord = Supervisord(clone.run)
    supervisord.stop("connect")
    try:
        code, printed = clone.tries("./lab diagnose")
    finally:
        supervisord.start("connect")
    assert code == 1
    assert "stopped the enriched event in Splunk's index" in printed
    assert "dead process (Connect): the process connect does not run" in printed
    assert "What to do: ./lab up" in printed
    assert "connect.log" in printed
    await_service(clone, outputs)


def test_a_paused_query(clone: Clone, outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    client = KsqlClient(outputs.ksqldb_url)
    match = next(query.id for query in client.queries() if "CONN_MATCH" in query.sinks)
    client.execute(f"PAUSE {match};", {})
    try:
        diagnosis = told()
        code, _ = clone.tries("./lab status")
    finally:
        client.execute(f"RESUME {match};", {})
    assert code == 1
    assert stopped(diagnosis) == "the match of the two"
    assert faults(diagnosis)[0] == "paused query"
    assert match in diagnosis.found[0].remedy


def test_a_full_disk(clone: Clone, outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    file = clone.run.settings("splunk")
    full = json.dumps(json.loads(file.read_text()) | {"minimum_free_mb": 10**9})
    with other(clone, {file: full}, "splunk"):
        diagnosis = told()
    assert stopped(diagnosis) == "the enriched event in Splunk's index"
    assert faults(diagnosis)[0] == "full disk"
    await_service(clone, outputs)


def test_a_wrong_token(clone: Clone, outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    connect = ConnectClient(outputs.connect_url)
    file = clone.run.path / "connect-hec-token.properties"
    with other(clone, {file: "secret=00000000-0000-0000-0000-000000000000\n"}):
        connect.restart(NAME)
        diagnosis = told()
    connect.restart(NAME)
    assert stopped(diagnosis) == "the enriched event in Splunk's index"
    assert faults(diagnosis)[0] == "wrong token"
    assert "HEC answered 403" in diagnosis.found[0].what
    connect.await_running(NAME)


def test_an_expired_certificate(clone: Clone, outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    state = json.loads(clone.types("pulumi stack export --show-secrets --stack embedded"))
    authority = next(
        made["outputs"]
        for made in state["deployment"]["resources"]
        if made["type"].endswith(":CertificateAuthority")
    )
    key = authority["private_key"]
    private_key = json.loads(key["plaintext"]) if isinstance(key, dict) else key
    old = make_leaf(
        KeyPair(authority["certificate"], private_key), "splunk", ["127.0.0.1", "localhost"], days=0
    )
    tls = clone.run.path / "tls"
    files = {tls / "splunk.key": old.private_key, tls / "splunk.pem": old.certificate}
    with other(clone, files, "splunk"):
        diagnosis = told()
    assert stopped(diagnosis) == "the enriched event in Splunk's index"
    assert faults(diagnosis)[0] == "expired certificate"
    await_service(clone, outputs)


def test_a_wrong_clock(outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    send(outputs, *(record for _ in range(4) for record in pair("SLOW01.corp.example", ahead=-300.0)))
    diagnosis = told()
    assert not diagnosis.is_healthy
    assert diagnosis.walk.stopped is None
    (clock,) = (finding for finding in diagnosis.found if finding.fault == "wrong clock")
    assert "SLOW01.corp.example is 300.0 s behind the sensor's" in clock.what


def test_a_stopped_agent(outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    send(outputs, *pair("QUIET01.corp.example", ahead=0.0)[1:], age=3600.0)
    quiet = [finding for finding in told().found if finding.fault == "stopped agent"]
    assert any("QUIET01.corp.example: no new record for 60 minutes" in finding.what for finding in quiet)


def test_a_schema_that_changed(outputs: StackOutputs, told: Callable[[], Diagnosis]) -> None:
    _, (topic, host, conn), *_ = [("", "", {}), *pair("any", ahead=0.0)]
    send(outputs, (topic, host, conn | {"id.orig_p": "https"}))
    diagnosis = told()
    (changed,) = (finding for finding in diagnosis.found if finding.fault == "changed schema")
    assert changed.hop == "topic zeek-conn"
    assert "https" in changed.causes


def test_a_terminated_query_and_a_missing_topic(
    clone: Clone, outputs: StackOutputs, told: Callable[[], Diagnosis]
) -> None:
    client = KsqlClient(outputs.ksqldb_url)
    detection = next(query for query in client.queries() if "FLOW_DETECTION" in query.sinks)
    client.terminate(detection.id)
    client.drop("TABLE", "FLOW_DETECTION", delete_topic=True)
    named = {finding.fault: finding.what for finding in told().found}
    assert "50_detections.ksql" in named["terminated query"]
    assert named["missing topic"] == f"the topic {topics.DETECTIONS} is not there"
    clone.types(UP)
    assert not {"terminated query", "missing topic"} & set(faults(told()))
