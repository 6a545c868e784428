"""The files of ksql/: what they read and write, and what a reader and the stack's configuration may count on."""

import re

import pytest

from embedded.kafka.settings import AHEAD_MS
from infra import topics
from infra.pipeline.ksql.statements import read_folder
from tests.ksql.fusion import FOLDER, text

SOURCES = (
    topics.ZEEK_CONN,
    topics.ZEEK_CONN_OPEN,
    topics.SYSMON_NETWORK,
    topics.SYSMON_PROCESS,
    topics.OSQUERY_SOCKETS,
    topics.OSQUERY_PROCESSES,
)
SINKS = (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS, topics.DEAD_LETTERS)


def test_the_statements_read_and_write_the_labs_topics() -> None:
    named = set(re.findall(r"KAFKA_TOPIC = '([^']+)'", text()))
    ours = {name for name in named if name == name.upper()}
    assert named - ours == {*SOURCES, *SINKS}


def test_what_is_read_back_is_a_topic_that_a_statement_of_ours_writes() -> None:
    ours = {name for name in re.findall(r"KAFKA_TOPIC = '([^']+)'", text()) if name == name.upper()}
    assert ours <= {name.upper() for name in re.findall(r"(?:CREATE TABLE|INSERT INTO) (\w+)", text())}


def test_an_event_may_be_as_far_ahead_as_kafka_takes_records() -> None:
    assert f"ROWTIME + {AHEAD_MS}" in text()


def test_the_join_has_the_window_and_the_grace_of_the_settings() -> None:
    assert "WITHIN 60 SECONDS GRACE PERIOD 24 HOURS" in text()


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("attribution_window", "5 MINUTES", "WITHIN 5 MINUTES GRACE PERIOD 24 HOURS ON"),
        ("attribution_grace", "6 HOURS", "WITHIN 60 SECONDS GRACE PERIOD 6 HOURS ON"),
        ("partitions", "4", "PARTITIONS = 4"),
    ],
)
def test_the_configuration_may_override_a_setting(name: str, value: str, becomes: str) -> None:
    sent = "\n".join(statement.text for statement in read_folder(FOLDER, {name: value}))
    assert becomes in " ".join(sent.split())


def test_every_setting_is_used() -> None:
    files = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.ksql")))
    defined = set(re.findall(r"^DEFINE (\w+)", files, re.MULTILINE))
    assert defined == set(re.findall(r"\$\{(\w+)\}", files))
