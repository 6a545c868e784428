"""The fault that explains where the probe stopped comes first; what nothing explains is said to be so."""

from collections.abc import Sequence

import pytest

from cli.diagnosis.diagnosis import UNEXPLAINED, explains, judged
from cli.diagnosis.walk import STAGES, Walk
from infra.observation.faults.finding import Finding

INDEX = STAGES[-1]
NORMALISED = STAGES[2]


def finding(fault: str, hop: str, severity: str = "broken") -> Finding:
    return Finding(fault=fault, hop=hop, what="", causes="", remedy="", severity=severity)  # type: ignore[arg-type]


def names(found: Sequence[Finding]) -> list[str]:
    return [each.fault for each in found]


def test_what_explains_the_stop_comes_first_and_the_rest_follows() -> None:
    clock, token = finding("wrong clock", "agent on pc"), finding("wrong token", "HEC")
    assert names(judged(Walk(stopped=INDEX), [clock, token], [])) == ["wrong token", "wrong clock"]


@pytest.mark.parametrize(
    ("hop", "is_reason"),
    [
        ("query CSAS_CONN_9", True),
        ("topic CONN", True),
        ("ksqlDB", True),
        ("HEC", False),
        ("agent on pc", False),
    ],
)
def test_a_query_or_its_topic_explains_a_stop_in_ksqldb(hop: str, *, is_reason: bool) -> None:
    assert explains(finding("x", hop), NORMALISED) is is_reason


def test_a_warning_explains_nothing() -> None:
    stopped = Walk(stopped=INDEX)
    assert names(judged(stopped, [finding("expired certificate", "HEC", "warning")], []))[0] == UNEXPLAINED


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("HEC is not available, events wait for it: HEC answered 403: Invalid token (code 4)", "wrong token"),
        (
            "ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired (_ssl.c)",
            "expired certificate",
        ),
        ("events wait for it: HEC answered 503: Server is busy (code 9)", "full disk"),
    ],
)
def test_the_sink_s_log_names_what_only_the_sink_knows(line: str, fault: str) -> None:
    (found,) = judged(Walk(stopped=INDEX), [], ["all is well", line, "another line"])
    assert found.fault == fault
    assert line in found.what


def test_a_stop_that_nothing_explains_says_where_to_look() -> None:
    (found,) = judged(Walk(stopped=NORMALISED), [], ["HEC answered 403"])
    assert found.fault == UNEXPLAINED
    assert NORMALISED.name in found.what
    assert found.program == "ksql"


def test_where_the_probe_arrives_the_faults_are_told_as_they_are() -> None:
    clock = finding("wrong clock", "agent on pc")
    assert judged(Walk(), [clock], ["HEC answered 403"]) == [clock]


def test_records_that_cannot_be_read_do_not_explain_why_the_probe_stopped() -> None:
    schema = finding("changed schema", "topic zeek-conn")
    assert names(judged(Walk(stopped=NORMALISED), [schema], [])) == [UNEXPLAINED, "changed schema"]
