"""A record that one query writes and another reads in the same process is read as if it came from Kafka."""

import pytest

from embedded.ksql.record import Record
from embedded.ksql.run import run

WRITER = """
CREATE STREAM wide (id STRING KEY, name STRING, amount BIGINT, `mixed` STRING, share DOUBLE)
  WITH (KAFKA_TOPIC = 'in', VALUE_FORMAT = 'JSON');
CREATE STREAM copy WITH (KAFKA_TOPIC = 'copy') AS SELECT * FROM wide;
"""
ROW = b'{"NAME": "a", "AMOUNT": 5, "mixed": "m", "SHARE": 0.5}'


@pytest.mark.parametrize(
    "columns",
    [
        "name STRING",
        "share DOUBLE, amount BIGINT",
        "MIXED STRING",
        "`mixed` STRING",
        "`name` STRING",
        "amount INT",
        "amount STRING",
        "absent STRING",
    ],
)
def test_another_declaration_of_a_sinks_topic_reads_what_its_bytes_say(columns: str) -> None:
    reader = f"""
CREATE STREAM narrow (id STRING KEY, {columns}) WITH (KAFKA_TOPIC = 'copy', VALUE_FORMAT = 'JSON');
CREATE STREAM result WITH (KAFKA_TOPIC = 'result') AS SELECT * FROM narrow;
"""
    written = run(WRITER, [Record("in", b"k", ROW, 1)])
    apart = run(reader, written)
    together = run(WRITER + reader, [Record("in", b"k", ROW, 1)])
    assert [r.value for r in together if r.topic == "result"] == [r.value for r in apart]
    assert len(apart) == 1
