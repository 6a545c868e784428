"""Each fault is called by its name from what a survey sees, and a sound stack has none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.observation.faults.known import findings, is_broken
from infra.observation.survey.hop import PROGRAMS
from infra.observation.survey.seen import (
    SERVICES,
    Clock,
    DeadLetters,
    Program,
    Query,
    Service,
    Sink,
    Source,
    Survey,
    Topic,
)

NOW = 1_800_000_000.0
DAY = 86_400.0

Change = Callable[[Survey], Survey]


def sound() -> Survey:
    return Survey(
        at=NOW,
        logging_server="embedded",
        services={
            kind: Service(
                kind=kind, address=f"{kind}.example", certificate_ends=NOW + 300 * DAY, clock_ahead=0.2
            )
            for kind in SERVICES
        },
        programs=[Program(name=name, state="RUNNING", uptime=60.0) for name in PROGRAMS],
        topics={name: Topic(name=name, written=5, latest=NOW - 10) for name in ("zeek-conn", "CONN")},
        queries=[Query(id="CSAS_CONN_9", sink="CONN", place="20_normalise.ksql, line 13", lag=0)],
        sink=Sink(name="flow-attribution", lag=0),
        sources=[
            Source(name="zeek", topic="zeek-conn", latest=NOW - 5),
            Source(name="pc", topic="sysmon-NetworkConnectInitiated", latest=NOW - 60),
        ],
        clocks=[Clock(host="pc", matches=90, near_misses=9, offset_seconds=0.2, smallest=-1.0, largest=1.0)],
        free_mb=50_000,
        needed_mb=50,
    )


def service(kind: str, **changes: Any) -> Change:
    def change(survey: Survey) -> Survey:
        changed = {
            name: replace(was, **changes) if name == kind else was for name, was in survey.services.items()
        }
        return replace(survey, services=changed)

    return change


def query(**changes: Any) -> Change:
    return lambda survey: replace(survey, queries=[replace(survey.queries[0], **changes)])


def clock(**changes: Any) -> Change:
    return lambda survey: replace(survey, clocks=[replace(survey.clocks[0], **changes)])


def program(**changes: Any) -> Change:
    def change(survey: Survey) -> Survey:
        first, *others = survey.programs
        return replace(survey, programs=[replace(first, **changes), *others])

    return change


def sources(*latest: float, live: bool = False) -> Change:
    def change(survey: Survey) -> Survey:
        moved = [replace(was, latest=NOW - age) for was, age in zip(survey.sources, latest, strict=True)]
        return replace(survey, sources=moved, is_live=live)

    return change


def late(*, live: bool) -> Change:
    def change(survey: Survey) -> Survey:
        sensor, *others = survey.sources
        return replace(survey, sources=[replace(sensor, late=7), *others], is_live=live)

    return change


def letters(age: float, reason: str = "no number: 'https'") -> Change:
    found = DeadLetters(
        topic="zeek-conn",
        reason=reason,
        count=3,
        latest=NOW - age,
        record='{"id.orig_p":"https"}',
    )
    return lambda survey: replace(survey, dead_letters=[found])


def test_a_sound_stack_has_no_fault() -> None:
    assert findings(sound()) == []


@pytest.mark.parametrize(
    ("change", "fault", "hop", "said"),
    [
        (program(state="EXITED", said="Nov 24 08:00 AM"), "dead process", "Kafka", "EXITED, Nov 24"),
        (service("connect", refusal="Connection refused"), "service does not answer", "Connect", "refused"),
        (service("ksqldb", refusal="HTTP 401: no", code=401), "service does not answer", "ksqlDB", "401"),
        (
            service("hec", refusal="certificate has expired", code=10, is_certificate=True),
            "expired certificate",
            "HEC",
            "has expired",
        ),
        (
            service("splunk", refusal="not yet valid", code=9, is_certificate=True),
            "certificate of the future",
            "Splunk",
            "not valid yet",
        ),
        (
            service("splunk", refusal="self-signed certificate", code=18, is_certificate=True),
            "untrusted certificate",
            "Splunk",
            "self-signed",
        ),
        (service("hec", refusal="HTTP 403: Invalid token", code=403), "wrong token", "HEC", "Invalid token"),
        (
            service("hec", refusal="HTTP 503: Server is busy", code=503),
            "full disk",
            "HEC",
            "50000 MB are free",
        ),
        (
            query(state="ERROR", error="topic X was deleted"),
            "failed query",
            "query CSAS_CONN_9",
            "was deleted",
        ),
        (query(state="PAUSED"), "paused query", "query CSAS_CONN_9", "is paused"),
        (
            query(id="", state="TERMINATED"),
            "terminated query",
            "query of CONN (20_normalise.ksql, line 13)",
            "CONN",
        ),
        (
            lambda survey: replace(survey, topics={"CONN": Topic(name="CONN", exists=False)}),
            "missing topic",
            "topic CONN",
            "CONN is not there",
        ),
        (
            lambda survey: replace(survey, sink=Sink(name="sink", failure="task 0 is FAILED: no way")),
            "failed sink",
            "Connect",
            "task 0 is FAILED",
        ),
        (letters(60.0), "changed schema", "topic zeek-conn", "no number: 'https'"),
        (
            letters(60.0, "ahead of its arrival by more than 60 minutes: the clock of pc is wrong"),
            "wrong clock",
            "topic zeek-conn",
            "the clock of pc is wrong",
        ),
        (
            clock(matches=2, near_misses=40, offset_seconds=301.0, smallest=300.0, largest=302.0),
            "wrong clock",
            "agent on pc",
            "301.0 s ahead of the sensor's",
        ),
        (clock(offset_seconds=-45.0), "wrong clock", "agent on pc", "45.0 s behind the sensor's"),
        (service("splunk", clock_ahead=-90.0), "wrong clock", "Splunk", "90.0 s behind this machine's"),
        (sources(5.0, 3600.0, live=True), "stopped agent", "agent on pc", "60 minutes"),
        (sources(3600.0, 5.0, live=True), "stopped agent", "agent on zeek", "the Zeek sensor"),
        (sources(3600.0, 3700.0, live=True), "stopped agent", "agent on sensor and agents", "60 minutes"),
    ],
)
def test_what_is_broken_is_named_at_its_hop_with_a_remedy(
    change: Change, fault: str, hop: str, said: str
) -> None:
    found = findings(change(sound()))
    assert [(finding.fault, finding.hop) for finding in found] == [(fault, hop)]
    assert said in found[0].what
    assert found[0].causes
    assert found[0].remedy
    assert is_broken(found)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (service("hec", certificate_ends=NOW + 3 * DAY), "expired certificate"),
        (lambda survey: replace(survey, free_mb=500), "full disk"),
        (query(lag=50_000), "falling behind"),
        (query(error="topic zeek-conn was deleted"), "incomplete query"),
        (sources(5.0, 3600.0), "stopped agent"),
        (late(live=True), "late source"),
    ],
)
def test_what_will_be_broken_is_a_warning(change: Change, fault: str) -> None:
    found = findings(change(sound()))
    assert [(finding.fault, finding.severity) for finding in found] == [(fault, "warning")]
    assert not is_broken(found)


@pytest.mark.parametrize(
    "change",
    [
        letters(7200.0),
        late(live=False),
        sources(3600.0, 3700.0),
        sources(5.0, 600.0),
        clock(matches=1, near_misses=40, offset_seconds=700.0, smallest=-900.0, largest=3000.0),
        program(uptime=1.0),
        service("hec", certificate_ends=None, clock_ahead=None),
    ],
    ids=[
        "dead letters of two hours ago",
        "old times in a stack of recordings",
        "a stack of recordings between replays",
        "a host that made no connection for ten minutes",
        "five-tuples that come back",
        "a process just started that answers",
        "a service that tells neither time nor certificate",
    ],
)
def test_what_is_no_fault(change: Change) -> None:
    assert findings(change(sound())) == []


def test_a_dead_process_explains_that_its_service_does_not_answer() -> None:
    dead = program(state="FATAL")(service("kafka", refusal="Connection refused")(sound()))
    assert [finding.fault for finding in findings(dead)] == ["dead process"]
