"""A task that is restored from a snapshot goes on as if it had never stopped."""

import random

import pytest

from embedded.ksql.engine import Engine
from embedded.ksql.errors import DataError
from embedded.ksql.query import Task
from embedded.ksql.record import Record
from tests.embedded.ksql.given import record

SOURCES = """
    CREATE STREAM l (k VARCHAR KEY, a INT) WITH (KAFKA_TOPIC = 'l', VALUE_FORMAT = 'JSON');
    CREATE STREAM r (k VARCHAR KEY, b INT) WITH (KAFKA_TOPIC = 'r', VALUE_FORMAT = 'JSON');
    CREATE TABLE t (k VARCHAR PRIMARY KEY, c INT) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON');
"""
QUERIES = {
    "inner join": "CREATE STREAM o AS SELECT l.k, a, b FROM l JOIN r WITHIN 9 SECONDS GRACE PERIOD 1 SECOND "
    "ON l.k = r.k;",
    "full join": "CREATE STREAM o AS SELECT ROWKEY, a, b FROM l FULL OUTER JOIN r WITHIN 1 SECOND "
    "GRACE PERIOD 1 SECOND ON l.k = r.k;",
    "stream-table join": "CREATE STREAM o AS SELECT l.k, a, c FROM l LEFT JOIN t ON l.k = t.k;",
    "aggregates": "CREATE TABLE o AS SELECT k, COUNT_DISTINCT(a) AS n, COLLECT_SET(a) AS s, "
    "LATEST_BY_OFFSET(a) AS z, AVG(a) AS m FROM l GROUP BY k;",
    "tumbling": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW TUMBLING (SIZE 2 SECONDS, "
    "GRACE PERIOD 1 SECOND) GROUP BY k EMIT FINAL;",
    "sessions": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW SESSION (1 SECOND) GROUP BY k;",
    "table": "CREATE TABLE o AS SELECT k, c FROM t WHERE c > 3;",
}


def _records(seed: int) -> list[Record]:
    chance = random.Random(seed)  # noqa: S311 - a test's own records
    return [
        record(
            topic,
            chance.choice("xyz"),
            {"A": chance.randrange(9), "B": chance.randrange(9), "C": chance.randrange(9)},
            max(0, i * 200 + chance.randrange(-3000, 3000)),
        )
        for i in range(300)
        for topic in [chance.choice("lrt")]
    ]


def _task(query: str) -> Task:
    engine = Engine()
    (stage,) = next(result.query for result in engine.execute(SOURCES + query) if result.query).stages
    return stage.task(0)


@pytest.mark.parametrize("name", QUERIES)
def test_restored_tasks_put_out_the_same(name: str) -> None:
    for seed in range(3):
        records = _records(seed)
        whole = _task(QUERIES[name])
        expected = [whole.process(each) for each in records]
        stop = 40 + 60 * seed
        first = _task(QUERIES[name])
        made = [first.process(each) for each in records[:stop]]
        second = _task(QUERIES[name])
        for piece in first.snapshot():
            second.restore(piece)
        assert second.stream_time == first.stream_time
        assert second.state_rows() == first.state_rows()
        made += [second.process(each) for each in records[stop:]]
        assert made == expected


def test_what_is_not_a_snapshot_is_refused() -> None:
    with pytest.raises(DataError, match="not a snapshot"):
        _task(QUERIES["tumbling"]).restore(b"nonsense")


def test_a_snapshot_of_another_stage_is_refused() -> None:
    piece = next(_task(QUERIES["table"]).snapshot())
    with pytest.raises(DataError, match="other states"):
        _task(QUERIES["tumbling"]).restore(piece)


def test_a_join_forgets_what_is_older_than_span_and_grace() -> None:
    task = _task(QUERIES["inner join"])
    for second in range(10_000):
        task.process(record("l", f"k{second}", {"A": 1}, second * 1000))
        task.process(record("r", f"k{second}", {"B": 1}, second * 1000))
    # 19 seconds are kept of each side, and at most one bucket of a second more.
    assert task.state_rows() <= 2 * 21
